"""What an operator does to conversations: `python -m storage --help`."""

from __future__ import annotations

import argparse
import os
import sys

from sqlalchemy.exc import SQLAlchemyError

from storage.schema import erase, export, migrate, open_database, purge, rebuild


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m storage", description=__doc__)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL"), help="address; default: DATABASE_URL")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the tables to their newest shape")
    commands.add_parser("rebuild", help="forget the checkpoints, so that they are made anew from the log")
    commands.add_parser("erase", help="erase one conversation").add_argument("conversation")
    commands.add_parser("export", help="print one conversation, an event a line").add_argument("conversation")
    days = os.environ.get("RETENTION_DAYS") or "28"
    purging = commands.add_parser("purge", help="erase what is older")
    purging.add_argument("--days", type=float, default=days, help=f"default: RETENTION_DAYS ({days})")
    given = parser.parse_args(arguments)
    if not given.database:
        parser.error("no database: set DATABASE_URL or give --database")
    try:
        engine = open_database(given.database)
        if given.command == "migrate":
            migrate(engine)
        elif given.command == "rebuild":
            rebuild(engine)
        elif given.command == "purge":
            print(f"{purge(engine, given.days)} conversations erased")
        elif given.command == "erase":
            print(f"{erase(engine, given.conversation)} events erased")
        else:
            print("\n".join(export(engine, given.conversation)))
    except (ValueError, SQLAlchemyError) as error:
        print(f"{given.command} failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
