"""`[proof]`: who stamps the roots of the journal, and whether it is kept who reads what is kept."""

from __future__ import annotations

from mailbridge.lookups.addresses import Hosts, read_address
from mailbridge.settings.desk import Desk
from mailbridge.settings.pieces import ProofSettings
from mailbridge.settings.written import ProofTable

_REMEDY = 'write such as "http://tsa.ca.gov.vn", or "" to stamp nothing'


def read_proof_table(table: ProofTable, fetch: tuple[str, ...], desk: Desk) -> ProofSettings:
    """
    Check the values; what is wrong is noted at the desk.

    Args:
        fetch: Hosts that may be asked, of `[trust]`.
    """
    if table.timestamp_url:
        here = ("proof", "timestamp_url")
        address = read_address(table.timestamp_url)
        if address is None:
            desk.wrong(here, f'is not an address of http or https: "{table.timestamp_url}"', _REMEDY)
        elif not Hosts(fetch).has(address):
            remedy = f'add "{address.host}" (with its port, if it is not the usual one) to fetch below [trust]'
            desk.wrong(here, f'is at a host that may not be asked: "{address.host}"', remedy)
    return ProofSettings(timestamp_url=table.timestamp_url, keep_readings=table.keep_readings)
