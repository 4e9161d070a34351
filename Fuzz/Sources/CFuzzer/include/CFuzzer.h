#pragma once

#include <stddef.h>
#include <stdint.h>

/// libFuzzer as a library, as its documentation has it ("Using libFuzzer as a library"): the package manager gives each
/// executable a main function, so libFuzzer's own cannot be linked.
int LLVMFuzzerRunDriver(int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
                        int (*_Nonnull test)(const uint8_t *_Nullable start, size_t count));
