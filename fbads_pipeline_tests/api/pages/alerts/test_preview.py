"""The preview of messages: of an alert that the visitor may see, else of an example that says so; nothing is sent."""

import sqlalchemy as sa

from fbads_pipeline.adapters.channels.previews import PREVIEWED
from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline_tests.support.fakes import NOW, an_alert
from fbads_pipeline_tests.support.people import People


def test_every_channel_shows_the_stored_alert_and_nobody_elses(database, app, client):
    example = client.get("/alerts/preview")
    assert example.status_code == 200 and "exemplo inventado" in example.text
    assert "Loja Ipê: 4 campanhas sem compras, R$ 2.190/dia em jogo" in example.text and "e mais 1" in example.text
    alert = an_alert("<b>Verão", account_id="42")
    with database.owner.begin() as connection:
        connection.execute(sa.text("update marts.accounts set name = 'Loja 42' where account_id = '42'"))
        assert write_alert(connection, alert, [], NOW)
    page = client.get("/alerts/preview?language=en").text
    assert page.count('<section class="card"') == len(PREVIEWED) and "exemplo" not in page
    assert "&lt;b&gt;Verão" in page and "<b>Verão" not in page and "R$100 spent" in page
    mail = client.get(f"/alerts/preview/mail?alert={alert.alert_id}")
    assert "R$ 100 gastos" in mail.text and "'sha256-" in mail.headers["content-security-policy"]
    assert client.get(f"/alerts/preview?alert={'0' * 32}").status_code == 404
    other = People(app, database).logged_in(accounts=["43"])
    assert other.get(f"/alerts/preview?alert={alert.alert_id}").status_code == 404
    assert "&lt;b&gt;Verão" not in other.get("/alerts/preview").text
    with database.owner.begin() as connection:
        assert connection.execute(sa.text("select count(*) from ops.deliveries")).scalar() == 0, "nothing is sent"


def test_slack_is_shown_with_the_chart_that_goes_along(client):
    page = client.get("/alerts/preview?language=pt").text
    assert page.count("Conversões, últimos 14 dias. <span") == 1 == page.count("<figure>")
    assert "F0123456789" in page and "Vai junto se o bot puder enviar arquivos." in page
