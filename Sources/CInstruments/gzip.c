#include "CInstruments.h"

#include <stdlib.h>
#include <zlib.h>

struct instruments_gzip {
    z_stream stream;
    int flush;
    bool ended;
};

// Expositions repeat themselves so much that the quickest level finds most of it.
enum { LEVEL = 1, GZIP_WINDOW = 15 + 16, MEMORY = 8 };

instruments_gzip *instruments_gzip_open(void) {
    instruments_gzip *gzip = calloc(1, sizeof(instruments_gzip));
    if (!gzip) return 0;
    if (deflateInit2(&gzip->stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) == Z_OK) return gzip;
    free(gzip);
    return 0;
}

void instruments_gzip_close(instruments_gzip *gzip) {
    deflateEnd(&gzip->stream);
    free(gzip);
}

void instruments_gzip_put(instruments_gzip *gzip, const uint8_t *bytes, size_t count, bool last) {
    gzip->stream.next_in = (Bytef *)bytes;
    gzip->stream.avail_in = (uInt)count;
    gzip->flush = last ? Z_FINISH : Z_NO_FLUSH;
}

size_t instruments_gzip_take(instruments_gzip *gzip, uint8_t *bytes, size_t room) {
    if (gzip->ended) return 0;
    gzip->stream.next_out = bytes;
    gzip->stream.avail_out = (uInt)room;
    if (deflate(&gzip->stream, gzip->flush) == Z_STREAM_END) gzip->ended = true;
    return room - gzip->stream.avail_out;
}
