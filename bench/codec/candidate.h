/* Encoders as libraries, with the options of the command line: what the server's choice is
 * measured against. One thread, no delay, full range; only the options differ. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "codec/picture.h"

struct candidate;

/* "x264:preset=superfast,crf=26,aq-mode=0,nr=300" (any option of x264) or
 * "openh264:rc=bitrate|quality|off,kbps=600,qp=26,minqp=24,maxqp=40,bgd=1,aq=0,complexity=0,denoise=0".
 * Exits with a message when the options make no sense. */
struct candidate *candidate_create(const char *options, unsigned width, unsigned height);

/* Writes the access unit as Annex B to file and returns its length. */
size_t candidate_encode(struct candidate *candidate, const struct picture *picture, unsigned t,
                        FILE *file);
void candidate_destroy(struct candidate *candidate);
