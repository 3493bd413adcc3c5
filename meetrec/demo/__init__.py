"""A loopback speech service and a short sample meeting: what `meetrec demo` and the tests run against.

Import `meetrec.demo.meeting` for the sample and `meetrec.demo.service` to serve it; the latter loads aiohttp and numpy.
"""
