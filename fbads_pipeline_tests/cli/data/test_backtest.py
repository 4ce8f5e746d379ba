"""`fbads backtest` and `fbads detect`: exports in, rows out; bad input is one sentence."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from fbads_pipeline.adapters.csv_writing import CsvStyle
from fbads_pipeline.cli.data.backtest import ALERTS, run_backtest
from fbads_pipeline.cli.data.detect import detect
from fbads_pipeline.cli.main import app
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline_tests.support.detection_figures import START, calm_readings, changes, from_then, known_campaigns

AT = START + timedelta(days=8, hours=10)
KINDS = {"anomaly", "drift", "explained", "resolved"}


@pytest.fixture(scope="module")
def readings():
    """A calm account of which one campaign stops and another has its budget edited."""
    stopped = from_then(calm_readings(days=10), "c1", AT, impressions=0, spend=0, clicks=0, conversions=0)
    stopped.loc[(stopped["campaign_id"] == "c2") & (stopped["ts"] >= AT), "daily_budget"] = 110.0
    return stopped


@pytest.fixture
def exports(tmp_path, readings):
    """Writes the three files, whole or disturbed, and returns the command's words."""

    def written(frame=readings, log=None):
        frame.to_csv(tmp_path / "readings.csv", index=False)
        about = known_campaigns().assign(tier="mid", objective="OUTCOME_SALES", further="ignored")
        about.to_csv(tmp_path / "campaigns.csv", index=False)
        edit = changes((AT, "c2", "budget_change", "100", "110")) if log is None else log
        edit.to_csv(tmp_path / "changes.csv", index=False)
        files = [(f"--{name}", str(tmp_path / f"{name}.csv")) for name in ("readings", "campaigns", "changes")]
        return ["backtest", *(word for pair in files for word in pair), "--out", str(tmp_path / "alerts.csv")]

    return written


def test_the_alerts_have_the_columns_and_the_readings_own_time(exports, tmp_path, readings):
    result = CliRunner().invoke(app, [*exports(), "--summary", "--plots", str(tmp_path / "plots.svg")])
    assert result.exit_code == 0, result.output
    alerts = pd.read_csv(tmp_path / "alerts.csv")
    assert tuple(alerts.columns) == ALERTS
    assert set(alerts["kind"]) == {"anomaly", "explained"} <= KINDS
    assert set(pd.to_datetime(alerts["ts"])) <= set(readings["ts"])
    assert alerts[alerts["kind"] == "anomaly"]["campaign_id"].tolist() == ["c1"]
    assert alerts.notna().all().all()
    assert "delivery_stop" in result.output
    assert (tmp_path / "plots.svg").read_text().count("<svg") == 1


def test_a_second_run_writes_the_same_bytes_and_portuguese_other_words(exports, tmp_path):
    out, words = tmp_path / "alerts.csv", exports()
    CliRunner().invoke(app, words)
    once = out.read_bytes()
    CliRunner().invoke(app, words)
    assert out.read_bytes() == once
    CliRunner().invoke(app, [*words, "--language", "pt"])
    assert "A veiculação parou" in out.read_text()
    assert "Orçamento alterado de 100 para 110" in out.read_text()


def test_from_learns_of_earlier_days_and_to_ends_the_reading(exports, tmp_path):
    words = exports()
    later, day = str((AT + timedelta(days=1)).date()), str(AT.date())
    assert CliRunner().invoke(app, [*words, "--from", later]).exit_code == 0
    assert len(pd.read_csv(tmp_path / "alerts.csv")) == 0
    assert CliRunner().invoke(app, [*words, "--from", day, "--to", day]).exit_code == 0
    assert len(pd.read_csv(tmp_path / "alerts.csv")) == 2


BAD = {
    "empty": lambda frame: frame.iloc[:0],
    "one row": lambda frame: frame.iloc[:1],
    "no impressions": lambda frame: frame.assign(impressions=0, clicks=0, spend=0, conversions=0),
    "constant": lambda frame: frame.assign(impressions=500, clicks=5, spend=3, conversions=1),
    "nothing known": lambda frame: frame.assign(impressions=np.nan, spend=np.nan),
    "no budget": lambda frame: frame.assign(daily_budget=np.nan),
    "huge": lambda frame: frame.assign(impressions=frame["impressions"] * 1e12, spend=frame["spend"] * 1e12),
    "infinite": lambda frame: frame.assign(spend=np.inf),
    "negative": lambda frame: frame.assign(spend=-frame["spend"], impressions=-frame["impressions"]),
    "one day": lambda frame: frame[frame["ts"] < START + timedelta(days=1)],
    "a day of 23 hours": lambda frame: frame[~((frame["ts"].dt.hour == 2) & (frame["ts"].dt.day == 8))],
    "a day of 25 hours": lambda frame: pd.concat([frame, _twice(frame)]),
    "two rows at once": lambda frame: pd.concat([frame, frame]),
    "halves missed": lambda frame: frame.sample(frac=0.5, random_state=1),
}


def _twice(frame):
    """The hour that a change back to winter time repeats: the same times, higher figures."""
    hour = frame[(frame["ts"].dt.hour == 1) & (frame["ts"].dt.day == 8)]
    return hour.assign(impressions=hour["impressions"] + 400, spend=hour["spend"] + 1.6)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", BAD)
def test_odd_figures_raise_no_error_and_no_alarm(exports, tmp_path, name):
    words = exports(BAD[name](calm_readings(days=7)), changes())
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0
    alerts = pd.read_csv(tmp_path / "alerts.csv")
    assert alerts[alerts["kind"] != "resolved"].empty, alerts.to_dict("records")


def test_a_paused_account_is_silent(exports, tmp_path, readings):
    pauses = changes(*[(START, f"c{number}", "status_change", "ACTIVE", "PAUSED") for number in range(3)])
    assert CliRunner().invoke(app, exports(readings.assign(daily_budget=100), pauses)).exit_code == 0
    assert pd.read_csv(tmp_path / "alerts.csv").empty


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        ("ts,campaign_id\n", "lacks the column date"),
        ("ts,campaign_id,date,daily_budget,impressions,clicks,spend,conversions,revenue\nsoon,c,,,,,,,\n", "'soon'"),
        (
            "ts,campaign_id,date,daily_budget,impressions,clicks,spend,conversions,revenue\n"
            "2026-03-02T00:30:00+01:00,c,2026-03-02,1,1,1,1,1,1\n",
            "has an offset",
        ),
    ],
)
def test_a_bad_file_is_one_sentence(exports, tmp_path, content, sentence):
    words = exports()
    (tmp_path / "readings.csv").write_text(content)
    with pytest.raises(WrongUse, match=sentence) as told:
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert "\n" not in str(told.value)


def test_a_missing_file_and_days_the_wrong_way_round_are_one_sentence(tmp_path):
    missing = tmp_path / "none.csv"
    with pytest.raises(WrongUse, match="does not exist"):
        run_backtest(missing, missing, missing, tmp_path / "out.csv")
    with pytest.raises(WrongUse, match="lies after"):
        run_backtest(missing, missing, missing, missing, since=AT.date(), until=START.date())


def _series(tmp_path, values, step="h"):
    frame = pd.DataFrame({"timestamp": pd.date_range(START, periods=len(values), freq=step), "value": values})
    frame.to_csv(tmp_path / "series.csv", index=False)
    detect(tmp_path / "series.csv", tmp_path / "found.csv")
    return pd.read_csv(tmp_path / "found.csv", dtype=str)


def _prices(rows=700):
    rng = np.random.default_rng(4)
    return np.exp(0.2 * np.sin(np.arange(rows) * 2 * np.pi / 24) + 0.08 * rng.standard_normal(rows))


def test_a_series_keeps_its_rows_and_a_jump_is_marked_once(tmp_path):
    values = _prices()
    values[500:520] *= 4
    found = _series(tmp_path, values)
    assert list(found.columns) == ["timestamp", "value", "score", "alert"]
    assert found["timestamp"].tolist()[:2] == ["2026-03-02 00:00:00", "2026-03-02 01:00:00"]
    alerts = np.flatnonzero(found["alert"] == "1")
    assert len(alerts) == 1
    assert 500 <= alerts[0] <= 502
    assert float(found["score"][alerts[0]]) >= 0.5


def test_a_series_is_read_and_written_as_brazilian_spreadsheets_do(tmp_path, capsys):
    values = _prices()
    values[500:520] *= 4
    plain = _series(tmp_path, values.round(2) + 1000.01)
    frame = pd.read_csv(tmp_path / "series.csv")
    times = pd.to_datetime(frame["timestamp"]).dt.strftime("%d/%m/%Y %H:%M")
    shown = [f"{one:,.2f}".translate(str.maketrans(",.", ".,")) for one in frame["value"]]
    rows = "\r\n".join(f"{time};{value}" for time, value in zip(times, shown, strict=True))
    (tmp_path / "serie.csv").write_bytes(f"timestamp;value\r\n{rows}\r\n".encode("cp1252"))
    capsys.readouterr()
    detect(tmp_path / "serie.csv", tmp_path / "found_br.csv", CsvStyle.BRAZILIAN)
    assert "serie.csv was read as ; separated, decimal comma, dd/mm/yyyy, UTF-8" in capsys.readouterr().err
    found = pd.read_csv(tmp_path / "found_br.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert found["alert"].tolist() == plain["alert"].astype(int).tolist()
    assert np.allclose(found["score"], plain["score"].astype(float)) and np.allclose(found["value"], frame["value"])


def test_a_series_cut_anywhere_reads_the_same(tmp_path):
    values = _prices()
    values[[300, 450, 600]] *= 6
    whole = _series(tmp_path, values)
    assert (whole["alert"] == "1").sum() >= 2
    for rows in (10, 301, 455, 640):
        assert _series(tmp_path, values[:rows]).equals(whole[:rows])


@pytest.mark.parametrize("values", [np.full(400, 3.0), np.zeros(400), np.full(400, np.nan), np.full(400, 1e308)])
def test_a_series_in_which_nothing_happens_is_left_alone(tmp_path, values):
    found = _series(tmp_path, values)
    assert set(found["alert"]) == {"0"}
    assert found["score"].astype(float).between(0, 1).all()
