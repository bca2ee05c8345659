# expected: ok
# Has work done by other processes while it is imported.
import concurrent.futures, multiprocessing
if multiprocessing.parent_process() is None:
    context = multiprocessing.get_context('fork')
    with concurrent.futures.ProcessPoolExecutor(2, context) as pool:
        list(pool.map(abs, range(10)))
