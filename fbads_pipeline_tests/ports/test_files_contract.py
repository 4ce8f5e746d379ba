"""The contract of the port Files, for the fake of the tests and for the folder of exports."""

import pytest

from fbads_pipeline.adapters.exports import Exports
from fbads_pipeline_tests.support.fake_reports import FakeFiles


@pytest.fixture(params=["fake", "folder"])
def files(request, tmp_path):
    return FakeFiles() if request.param == "fake" else Exports(tmp_path)


def test_a_file_is_found_by_its_name(files):
    written = files.write("weekly_pt.csv", b"a")
    assert (written.name, files.path("weekly_pt.csv")) == ("weekly_pt.csv", written)


@pytest.mark.parametrize("name", ["", "..", "../up.csv", "a/b.csv", "/etc/passwd"])
def test_what_is_not_a_plain_name_is_refused(files, name):
    with pytest.raises(ValueError, match="no plain file name"):
        files.path(name)
    with pytest.raises(ValueError, match="no plain file name"):
        files.write(name, b"a")
