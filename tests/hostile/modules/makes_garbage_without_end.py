# expected: ok
# Makes a million circles.
circles = []
for _ in range(200_000):
    circle = []
    circle.append(circle)
