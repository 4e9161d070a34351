// Sends requests to two servers in turns at a fixed rate, whether or not the answers have come, and prints for each the
// 95th percentile of the time from sending a request until its answer is there:
//
//     load PORT PORT PATH RATE SECONDS
//
// The servers take turns every 100 ms, in the order first, second, second, first, so that what else the machine does
// meets both alike.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 128, TURN_MS = 100, ANSWER_BYTES = 16384 };

struct connection {
    int socket, server;
    int64_t sent;
    size_t length;
    char answer[ANSWER_BYTES + 1];
};

struct server {
    struct connection *idle[CONNECTIONS];
    int idle_count, answered;
    int64_t *nanoseconds;
};

static struct server servers[2];
static int poller;

static void fail(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "unexpected");
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void open_connection(int server, int port) {
    struct connection *connection = calloc(1, sizeof *connection);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int on = 1;
    connection->server = server;
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (epoll_ctl(poller, EPOLL_CTL_ADD, connection->socket, &event) != 0) fail("epoll_ctl");
    servers[server].idle[servers[server].idle_count++] = connection;
}

/// Whether an answer is there as a whole; any status but 200 ends the program.
static int is_whole(const struct connection *connection) {
    const char *end = strstr(connection->answer, "\r\n\r\n");
    const char *length = strcasestr(connection->answer, "\r\ncontent-length:");
    if (!end) return 0;
    if (strncmp(connection->answer, "HTTP/1.1 200 ", 13) != 0 || !length || length > end) fail("answer");
    return connection->length >= (size_t)(end + 4 - connection->answer) + strtoul(length + 17, NULL, 10);
}

static void receive(struct connection *connection) {
    ssize_t count = read(
        connection->socket, connection->answer + connection->length, ANSWER_BYTES - connection->length);
    if (count <= 0) fail("read");
    connection->length += count;
    connection->answer[connection->length] = 0;
    if (!is_whole(connection)) return;
    struct server *server = &servers[connection->server];
    server->nanoseconds[server->answered++] = now() - connection->sent;
    connection->length = 0;
    server->idle[server->idle_count++] = connection;
}

static void receive_until(int64_t due) {
    struct epoll_event events[2 * CONNECTIONS];
    for (int64_t left = due - now(); left > 0; left = due - now()) {
        struct timespec timeout = {left / 1000000000, left % 1000000000};
        int count = epoll_pwait2(poller, events, 2 * CONNECTIONS, &timeout, NULL);
        for (int index = 0; index < count; index++) receive(events[index].data.ptr);
    }
}

static int ascending(const void *left, const void *right) {
    int64_t difference = *(const int64_t *)left - *(const int64_t *)right;
    return (difference > 0) - (difference < 0);
}

int main(int count, char **arguments) {
    if (count != 6) return fprintf(stderr, "usage: load PORT PORT PATH RATE SECONDS\n"), 2;
    int rate = atoi(arguments[4]), total = rate * atoi(arguments[5]), per_turn = rate * TURN_MS / 1000;
    char request[256];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", arguments[3]);
    poller = epoll_create1(0);
    prctl(PR_SET_TIMERSLACK, 1);
    for (int server = 0; server < 2; server++) {
        servers[server].nanoseconds = calloc(total, sizeof(int64_t));
        for (int index = 0; index < CONNECTIONS; index++) open_connection(server, atoi(arguments[1 + server]));
    }
    int64_t start = now();
    for (int number = 0; number < total; number++) {
        int turn = number / per_turn & 3;
        struct server *server = &servers[turn == 1 || turn == 2];
        receive_until(start + number * 1000000000LL / rate);
        errno = 0;
        if (server->idle_count == 0) fail("too few connections for such slow answers");
        struct connection *connection = server->idle[--server->idle_count];
        connection->sent = now();
        if (write(connection->socket, request, length) != length) fail("write");
    }
    receive_until(now() + 1000000000LL);
    for (int index = 0; index < 2; index++) {
        struct server *server = &servers[index];
        if (server->idle_count != CONNECTIONS) fail("an answer is missing");
        qsort(server->nanoseconds, server->answered, sizeof(int64_t), ascending);
        printf("%d %.3f\n", server->answered, server->nanoseconds[server->answered * 95 / 100] / 1e3);
    }
}
