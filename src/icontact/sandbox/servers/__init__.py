"""The ways to reach the sandbox: in process, as a WSGI application, and over HTTP."""
