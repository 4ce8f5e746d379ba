"""`python -m fbads_pipeline.sandbox --port 8090 --token …`: the sandbox without the rest of the product."""

from argparse import ArgumentParser

from fbads_pipeline.sandbox.run import serve


def main() -> None:
    parser = ArgumentParser(prog="python -m fbads_pipeline.sandbox", description="A sandbox of the Marketing API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--now", help="an ISO instant with its zone, at which time stands still")
    parser.add_argument("--scenario", help="a name, name:count=2,probability=0.5, or JSON")
    parser.add_argument("--token", default="sandbox-token")
    parser.add_argument("--campaigns", type=int, default=60, help="campaigns per account")
    parser.add_argument("--anchor", help="the ISO day that the anomalies precede; that of now without it")
    parser.add_argument("--app-secret", help="calls must then carry an appsecret_proof")
    parser.add_argument("--plain-names", action="store_true", help="none of the hostile names")
    serve(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
