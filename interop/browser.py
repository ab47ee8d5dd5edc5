#!/usr/bin/env python3
"""Logs in at an OpenID Provider and prints the redirect to the client, for a run with --keep."""

import argparse
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from providers import PROVIDERS
from providers.browser import LoginFailed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("authorization_url")
    parser.add_argument("--provider", choices=list(PROVIDERS), required=True)
    parser.add_argument("--redirect-uri", required=True)
    parser.add_argument("--username", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--ca-file")
    arguments = parser.parse_args()
    kind = PROVIDERS[arguments.provider].browser_kind
    browser = kind(arguments.username, arguments.password, arguments.ca_file)
    try:
        print(browser.log_in(arguments.authorization_url, arguments.redirect_uri))
    except (LoginFailed, OSError) as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
