# expected: hang
# Waits for an answer on a socket.
import socket
server = socket.socket()
server.bind(('127.0.0.1', 0))
server.listen()
client = socket.create_connection(server.getsockname())
client.recv(1)
