Feature: An ad account that Meta stops is told to the team, once
  A traffic manager must hear within one reading that an account cannot advertise any more, with what to do about it,
  and must not hear it again every half hour.

  Background:
    Given an agency whose team hears of alerts on Slack, in Portuguese
    And the accounts of the agency were read at "09:00"

  Scenario: Meta disables an account
    When Meta disables one of the accounts
    And the accounts are read at "09:30"
    Then Slack has 1 message
    And the message says "Loja Ipê BR: conta com restrição na Meta"
    And the message names the account
    And the message is for the team's channel and marked as critical

  Scenario: The same incident half an hour later is no news
    Given Meta disabled one of the accounts before the reading at "09:30"
    When the accounts are read at "10:00"
    And the accounts are read at "10:30"
    Then Slack has 1 message

  Scenario: The account comes back
    Given Meta disabled one of the accounts before the reading at "09:30"
    When Meta enables the account again
    And the accounts are read at "11:00"
    Then Slack has 2 messages
    And the last message answers the first one
    And the message says "Loja Ipê BR: resolvido"

  Scenario Outline: Every number by which Meta says no is told in words
    When Meta sets the account's status to <status>
    And the accounts are read at "09:30"
    Then Slack has <messages> message
    And the message says "<words>"

    Examples:
      | status | messages | words                |
      | 2      | 1        | conta desativada     |
      | 3      | 1        | pagamento em aberto  |
      | 7      | 1        | em análise de risco  |

  Scenario: The other accounts are read as if nothing had happened
    When Meta disables one of the accounts
    And the accounts are read at "09:30"
    Then the other accounts have figures of "09:30"
