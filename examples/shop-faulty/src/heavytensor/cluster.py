"""Spreads work over machines. Imported by everybody, called by next to nobody."""

import asyncio
import concurrent.futures
import http.client
import json
import urllib.parse


async def gather(jobs):
    """The results of all jobs, in their order."""
    return await asyncio.gather(*jobs)


def submit(url, job, connect=http.client.HTTPConnection):
    """Sends a job to the machine behind the address."""
    address = urllib.parse.urlsplit(url)
    connection = connect(address.netloc)
    connection.request("POST", address.path or "/", json.dumps(job))
    return connection.getresponse().status


def local_pool(workers):
    """Worker threads on this machine."""
    return concurrent.futures.ThreadPoolExecutor(workers)
