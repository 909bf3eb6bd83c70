"""The entry point: the list of commands, and what each kind of failure means to the shell."""

from __future__ import annotations

import os
import sys

import click

from monitor import __version__
from monitor.cli.check import check
from monitor.cli.data import backup, export, prune, restore, verify
from monitor.cli.deliveries import deliveries
from monitor.cli.demo import demo
from monitor.cli.doctor import doctor
from monitor.cli.extract import extract
from monitor.cli.grep import grep
from monitor.cli.held import held
from monitor.cli.history import history
from monitor.cli.init import init
from monitor.cli.notify import notify
from monitor.cli.once import once
from monitor.cli.preview import preview
from monitor.cli.probe import probe
from monitor.cli.reload import reload
from monitor.cli.run import run
from monitor.cli.schema import schema
from monitor.cli.silence import silence
from monitor.cli.status import status
from monitor.cli.why import why
from monitor.errors import ConfigError, MonitorError, StoreBusy

OK, FAILED, USAGE, BUG, TEMPORARY, CONFIGURATION = 0, 1, 2, 70, 75, 78


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="headline-monitor")
def cli() -> None:
    """Watch news sites' tickers and headlines; alert people about the words they care about.

    \b
    First steps:
      headline-monitor demo          see it work, with no account and no network
      headline-monitor probe URL     what can be watched at a site, and the block for it
      headline-monitor init          write a commented config/monitor.yaml
      headline-monitor check         is the configuration right?
      headline-monitor once          one pass over all sources
      headline-monitor run           watch, until stopped
      headline-monitor doctor        what is in the way on this machine, and what to do about it

    Exit status: 0 fine, 1 failed, 2 wrong usage, 70 a bug, 75 try again later, 78 wrong configuration.
    """


for command in (
    *(run, reload, once, check, probe, extract, why, grep, preview, notify),
    *(doctor, status, history, held, deliveries, silence, backup, restore, verify, prune, export, init, demo, schema),
):
    cli.add_command(command)


def main() -> None:
    """Run the command line and exit with the status that fits."""
    try:
        code = cli.main(standalone_mode=False, prog_name="headline-monitor")
        sys.exit(code if isinstance(code, int) else OK)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(CONFIGURATION)
    except StoreBusy as error:
        click.echo(f"headline-monitor: {error}", err=True)
        sys.exit(TEMPORARY)
    except MonitorError as error:
        click.echo(f"headline-monitor: {error}", err=True)
        sys.exit(FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
    except Exception:  # noqa: BLE001  the process top: say that it is our fault, and where
        import traceback

        traceback.print_exc()
        click.echo("headline-monitor: this is a bug; please report the lines above", err=True)
        sys.exit(BUG)
