"""What operators get wrong, in a container: named in a sentence, without a secret, and nothing is done."""

from dataclasses import dataclass

from checks.compose.engine import BACKUP_KEY, CheckFailed, Compose

PASSWORD = "hunter2-of-the-check"
KEPT = "FBADS_BACKUP_FOLDER=/var/lib/fbads/backups"
OTHER_KEY = "rm -f /tmp/other.key; other=$(fbads backup key /tmp/other.key)"


@dataclass(frozen=True)
class Mistake:
    """A command that must not succeed, unless it only warns, and a word that its answer has."""

    what: str
    command: str
    word: str
    only_warns: bool = False


MISTAKES = (
    Mistake("a misspelt setting", "FBADS_CTR_LIMT=0.02 fbads db url", "did you mean FBADS_CTR_LIMIT", only_warns=True),
    Mistake("a setting out of its range", "FBADS_CTR_LIMIT=7 fbads doctor", "FBADS_CTR_LIMIT"),
    Mistake(
        "a wrong password",
        f"FBADS_DATABASE_URL=postgresql://fbads:{PASSWORD}@postgres:5432/fbads fbads db migrate",
        "password",
    ),
    Mistake(
        "a database that is not there",
        "FBADS_DATABASE_URL=postgresql://fbads@nowhere:5432/fbads fbads db migrate",
        "nowhere",
    ),
    Mistake("a port in use", "FBADS_API_PORT=4000 FBADS_API_HOST=127.0.0.1 fbads api", "FBADS_API_PORT"),
    Mistake(
        "no space for a backup",
        f"{OTHER_KEY}; dd if=/dev/zero of=/dev/shm/fill bs=1M status=none; "
        "FBADS_BACKUP_FOLDER=/dev/shm/kept FBADS_BACKUP_RECIPIENTS=$other fbads backup; "
        "ended=$?; rm -rf /dev/shm/fill /dev/shm/kept; exit $ended",
        "space",
    ),
    Mistake(
        "another key",
        f"{OTHER_KEY}; {KEPT} fbads backup verify --identity /tmp/other.key",
        "key",
    ),
    Mistake(
        "a backup of a newer version",
        "rm -rf /tmp/newer && mkdir -p /tmp/newer && newest=$(ls -d /var/lib/fbads/backups/*/ | tail -1) "
        "&& cp -r $newest /tmp/newer "
        """&& sed -i -E 's/"schema": ?"[0-9]+"/"schema": "9999"/' /tmp/newer/*/backup.json """
        "&& FBADS_BACKUP_FOLDER=/tmp/newer FBADS_HOME=/tmp/restored fbads restore $(basename $newest) "
        f"--identity {BACKUP_KEY}",
        "a newer version of this program",
    ),
    Mistake(
        "a backup cut short",
        "rm -rf /tmp/cut && mkdir -p /tmp/cut && newest=$(ls -d /var/lib/fbads/backups/*/ | tail -1) "
        "&& cp -r $newest /tmp/cut/$(basename $newest) && truncate -s 1000 $(ls -S /tmp/cut/*/* | head -1) "
        "&& FBADS_BACKUP_FOLDER=/tmp/cut fbads backup verify",
        "",
    ),
)


def bad_input(compose: Compose) -> str:
    """Each mistake in the code location's container, after a backup."""
    for one in MISTAKES:
        said = compose.inside("code-location", "bash", "-c", f"({one.command}) 2>&1; echo ended with $?", may_fail=True)
        is_named = one.word in said and "Traceback" not in said and PASSWORD not in said
        if not is_named or said.rstrip().endswith("ended with 0") is not one.only_warns or "ended with" not in said:
            raise CheckFailed(f"{one.what} is answered with {said[-800:]!r}")
    return ", ".join(one.what for one in MISTAKES)
