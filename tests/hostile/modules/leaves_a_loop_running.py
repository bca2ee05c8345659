# expected: ok
# Leaves tasks to be done, and never waits for them.
import asyncio
import threading


async def tick():
    while True:
        await asyncio.sleep(0)


loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
asyncio.run_coroutine_threadsafe(tick(), loop)
never_awaited = tick()
