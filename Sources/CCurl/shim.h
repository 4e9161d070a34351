#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Swift cannot call functions with variable arguments: here is one for each type of argument.

// The constant is a macro that Swift does not see.
static inline CURLcode ccurl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_buffer(CURL *handle, CURLoption option, char *value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*ccurl_transfer)(char *bytes, size_t size, size_t count, void *context);

// Reading what is sent, or taking what comes: the option of the function, and that of its context.
static inline CURLcode ccurl_set_transfer(
    CURL *handle, CURLoption option, ccurl_transfer function, CURLoption context_option, void *context) {
    CURLcode code = curl_easy_setopt(handle, option, function);
    return code == CURLE_OK ? curl_easy_setopt(handle, context_option, context) : code;
}

typedef int (*ccurl_progress)(
    void *context, curl_off_t to_take, curl_off_t taken, curl_off_t to_send, curl_off_t sent);

// The function ends the transfer by another result than 0.
static inline CURLcode ccurl_set_progress(CURL *handle, ccurl_progress function, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L) : code;
}

#endif
