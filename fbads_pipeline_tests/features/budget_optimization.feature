Feature: A budget changes only when a person has said so
  The warehouse proposes with a reason and an interval; a person decides with one button; only then is anything written to
  Meta, once, checked, and told.

  Background:
    Given an agency whose team hears of alerts on Slack, in Portuguese
    And an active campaign with a daily budget of its own
    And the program proposes to raise its budget by 20 %

  Scenario: A manager approves
    When the proposal is announced
    And the approver presses "Aceitar"
    And decisions are carried out
    Then the campaign's daily budget at Meta is 1.2 times what it was
    And Slack has 2 messages
    And the message says "em vigor na Meta"
    And the audit log is whole and names the approver

  Scenario: Nobody has decided yet
    When the proposal is announced
    And decisions are carried out
    Then nothing was written to Meta
    And Slack has 1 message

  Scenario: A manager rejects
    When the proposal is announced
    And the approver presses "Rejeitar"
    And decisions are carried out
    Then nothing was written to Meta

  Scenario: Somebody who may not decide presses the button
    When the proposal is announced
    And a stranger presses "Aceitar"
    And decisions are carried out
    Then nothing was written to Meta
    And the stranger is told whom to ask

  Scenario: Somebody changed the campaign at Meta in the meantime
    When the proposal is announced
    And the approver presses "Aceitar"
    But somebody changes the budget in Ads Manager
    And decisions are carried out
    Then the campaign's daily budget at Meta is the one that somebody set
    And Slack has 2 messages
    And the message says "aumento de orçamento não entrou em vigor na Meta"

  Scenario: The manager takes it back
    When the proposal is announced
    And the approver presses "Aceitar"
    And decisions are carried out
    And the manager undoes it within half an hour
    And decisions are carried out
    Then the campaign's daily budget at Meta is 1.0 times what it was
    And the message says "aumento de orçamento deixou de valer na Meta"
    And the message says "orçamento diário R$ 331,20 → R$ 276,00"

  Scenario: The run is killed after writing, and starts again
    When the proposal is announced
    And the approver presses "Aceitar"
    And the run that carries out decisions dies right after writing
    And decisions are carried out
    Then the budget was written to Meta 1 time
    And the message says "em vigor na Meta"
