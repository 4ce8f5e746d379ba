Feature: What hurts is told within hours, once, and so is its end
  Nobody looks at two hundred campaigns every half hour. When one of them stops delivering, the team hears of it with
  what is at stake, and hears when it is over, in the same thread.

  Background:
    Given an agency whose team hears of alerts on Slack, in Portuguese
    And a campaign that has delivered for a week

  Scenario: A campaign stops delivering
    When the campaign stops delivering
    And the account is read every half hour for 12 hours
    Then Slack has 1 message
    And the message says "Loja Ipê…: veiculação parou, R$ 403/dia em jogo, desde 05/11"
    And the message says "R$ 403/dia em jogo"
    And the message names the campaign
    And the message came within 4 hours

  Scenario: The campaign delivers again
    When the campaign stops delivering
    And the account is read every half hour for 12 hours
    And the campaign delivers again and is read for a day
    Then Slack has 2 messages
    And the last message answers the first one
    And the message says "Loja Ipê BR: 1 campanha de volta ao usual"

  Scenario: A person paused the campaign, so nothing is wrong
    When a person pauses the campaign in Ads Manager
    And the campaign stops delivering
    And the account is read every half hour for 12 hours
    Then Slack has 0 messages

  Scenario: The team does not want to hear of this campaign for a day
    Given the team muted the campaign for 24 hours
    When the campaign stops delivering
    And the account is read every half hour for 12 hours
    Then Slack has 0 messages
    And the anomaly is open all the same
