#include "score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double psnr(const uint8_t *a, const uint8_t *b, size_t pixels)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < pixels; i++) {
        const int d = a[i] - b[i];
        sum += (unsigned)(d * d);
    }
    return sum ? 10 * log10(255.0 * 255 * (double)pixels / (double)sum) : 99;
}

/* Windows of 8x8 every 4 pixels, as ffmpeg's filter and x264 do (Wang et al. 2004, constants for 8
 * bits). */
static double ssim(const uint8_t *a, const uint8_t *b, unsigned width, unsigned height)
{
    const double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
    double total = 0;
    unsigned windows = 0;
    for (unsigned y = 0; y + 8 <= height; y += 4)
        for (unsigned x = 0; x + 8 <= width; x += 4, windows++) {
            int sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
            for (unsigned j = 0; j < 8; j++)
                for (unsigned i = 0; i < 8; i++) {
                    const size_t at = (size_t)(y + j) * width + x + i;
                    sa += a[at];
                    sb += b[at];
                    saa += a[at] * a[at];
                    sbb += b[at] * b[at];
                    sab += a[at] * b[at];
                }
            const double ma = sa / 64.0, mb = sb / 64.0;
            const double va = saa / 64.0 - ma * ma, vb = sbb / 64.0 - mb * mb;
            const double cov = sab / 64.0 - ma * mb;
            total +=
                (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
        }
    return total / windows;
}

struct score score_file(const struct scene *scene, const char *path)
{
    const unsigned width = scene->params.width, height = scene->params.height;
    const size_t pixels = (size_t)width * height;
    char command[512];
    snprintf(command, sizeof(command),
             "ffmpeg -nostdin -v error -threads 1 -i %s -f rawvideo -vf scale=out_range=full "
             "-pix_fmt gray -vsync passthrough -",
             path);
    FILE *pipe = popen(command, "r");
    uint8_t *luma = malloc(pixels);
    struct score score = {.worst_ssim_clean = 1};
    unsigned frames = 0;
    while (pipe && frames < scene->params.frames && fread(luma, 1, pixels, pipe) == pixels) {
        const struct scene_frame *frame = &scene->frames[frames++];
        score.psnr_clean += psnr(luma, frame->clean, pixels);
        const double clean = ssim(luma, frame->clean, width, height);
        score.ssim_clean += clean;
        score.worst_ssim_clean = fmin(score.worst_ssim_clean, clean);
        score.psnr_noisy += psnr(luma, frame->noisy, pixels);
        score.ssim_noisy += ssim(luma, frame->noisy, width, height);
    }
    free(luma);
    if (!pipe || pclose(pipe) != 0 || frames != scene->params.frames) {
        fprintf(stderr, "%s: %u of %u frames decoded\n", path, frames, scene->params.frames);
        exit(1);
    }
    score.psnr_clean /= frames;
    score.ssim_clean /= frames;
    score.psnr_noisy /= frames;
    score.ssim_noisy /= frames;
    return score;
}
