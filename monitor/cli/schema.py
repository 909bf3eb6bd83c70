"""`schema`: the configuration's reference, generated from the code."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.option(
    "--write", type=click.Path(path_type=Path, file_okay=False), help="Write schema.json and README.md there."
)
def schema(write: Path | None) -> None:
    """Print the JSON Schema of the configuration file, for editors that complete and check while typing."""
    from monitor.channels import CHANNELS
    from monitor.config.reference import json_schema, write_reference
    from monitor.sources import KINDS

    if write:
        write_reference(write, KINDS, CHANNELS)
        click.echo(f"wrote {write}/schema.json and {write}/README.md")
    else:
        click.echo(json.dumps(json_schema(KINDS, CHANNELS), ensure_ascii=False, indent=2))
