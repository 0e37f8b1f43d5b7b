"""The port under clients that are fast, slow, many or no HTTP at all."""

import resource
import socket
import time

from harness import Server, expect, expect_equal, receive_all, receive_response

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
CLOSE = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def test_keep_alive_and_pipelining():
    with Server() as server, server.connect() as connection:
        for _ in range(3):
            connection.sendall(HEALTH)
            status, _, body, rest = receive_response(connection)
            expect_equal((status, body, rest), (200, b"ok\n", b""))
        connection.sendall(HEALTH * 500 + CLOSE)
        expect_equal(receive_all(connection).count(b"HTTP/1.1 200 OK"), 501)


def test_one_byte_at_a_time():
    with Server() as server, server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in HEALTH:
            connection.sendall(bytes([byte]))
        expect_equal(receive_response(connection)[0], 200)


def test_chunked_body():
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    request = (b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
               b"Content-Type: application/x-www-form-urlencoded\r\n"
               b"Transfer-Encoding: chunked\r\n\r\n")
    for byte in body:
        request += b"1\r\n" + bytes([byte]) + b"\r\n"
    with Server("--auth", "off") as server:
        answer = server.exchange(request + b"0\r\n\r\n")
        expect(b"GetCallerIdentityResult" in answer, answer)


def test_expect_100_continue():
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    with Server("--auth", "off") as server, server.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                           b"Content-Type: application/x-www-form-urlencoded\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body))
        expect_equal(connection.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.sendall(body)
        status, _, answer, _ = receive_response(connection)
        expect(status == 200 and b"GetCallerIdentityResult" in answer, status, answer)


def test_head_has_no_body():
    with Server() as server:
        answer = server.exchange(b"HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        expect(b"Content-Length: 3\r\n" in answer and answer.endswith(b"\r\n\r\n"), answer)


def test_garbage():
    with Server() as server:
        for garbage in (b'{"TableName": "x"}\r\n\r\n', b"\x00\x01\x02\x03\r\n\r\n",
                        b"\r\n\r\nX\r\n\r\n", b"GET\r\n\r\n",
                        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                        b"GET / HTTP/1.1\r\n\r\n",
                        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):
            answer = server.exchange(garbage)
            expect(answer.startswith(b"HTTP/1.1 400 "), garbage, answer)
        # A TLS record that is none, and a broken HTTP/2 preface.
        server.exchange(b"\x16\x03\x01\x00\x05hello")
        server.exchange(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 64)
        expect_equal(server.exchange(CLOSE)[:15], b"HTTP/1.1 200 OK")


def test_json_garbage_for_a_service():
    with Server() as server:
        answer = server.exchange(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                 b"X-Amz-Target: Nothing_1.Do\r\nContent-Type: "
                                 b"application/x-amz-json-1.1\r\nContent-Length: 1\r\n\r\n{")
        expect(answer.startswith(b"HTTP/1.1 400 ") and b"UnknownOperationException" in answer,
               answer)
        answer = server.exchange(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                 b"Content-Length: 2\r\n\r\n{}")
        expect(answer.startswith(b"HTTP/1.1 403 ") and b"MissingAuthenticationToken" in answer,
               answer)


def test_limits():
    with Server() as server:
        answer = server.exchange(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000)
        expect(answer.startswith(b"HTTP/1.1 431 "), answer[:100])
        answer = server.exchange(b"POST / HTTP/1.1\r\nHost: x\r\n"
                                 b"Content-Length: 999999999999\r\n\r\n")
        expect(answer.startswith(b"HTTP/1.1 413 "), answer[:100])


def test_slow_clients_do_not_stop_others():
    with Server() as server:
        slow = [server.connect() for _ in range(300)]
        for connection in slow:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
        started = time.monotonic()
        expect_equal(server.exchange(CLOSE)[:15], b"HTTP/1.1 200 OK")
        expect(time.monotonic() - started < 2, "waited for slow clients")
        for connection in slow:
            connection.close()


def test_slow_heads_are_cut_off():
    with Server() as server, server.connect() as connection:
        connection.settimeout(40)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        started = time.monotonic()
        answer = receive_all(connection)
        expect(b"HTTP/1.1 408 " in answer, answer)
        expect(10 < time.monotonic() - started < 35, time.monotonic() - started)


def test_ten_thousand_connections():
    wanted = 10_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted + 1000), hard))
    try:
        with Server() as server:
            connections = [server.connect() for _ in range(wanted)]
            for connection in connections[::1000]:
                connection.sendall(HEALTH)
                expect_equal(receive_response(connection)[0], 200)
            metrics = server.exchange(b"GET /metrics HTTP/1.0\r\n\r\n").decode()
            expect(f"millrace_http_connections {wanted + 1}\n" in metrics, metrics[:2000])
            for connection in connections:
                connection.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_metrics():
    with Server() as server:
        server.client("sts").get_caller_identity()
        metrics = server.exchange(b"GET /metrics HTTP/1.0\r\n\r\n").decode()
        labels = 'service="sts",operation="GetCallerIdentity",status="200"'
        expect("millrace_api_calls_total{%s} 1" % labels in metrics, metrics)
