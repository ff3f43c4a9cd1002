/* The quality of a coded stream: luma PSNR and SSIM, mean over all frames, against the noise-free
 * scene and against what the camera sent. */
#pragma once
#include "scene.h"

struct score {
    double psnr_clean, ssim_clean, psnr_noisy, ssim_noisy;
    double worst_ssim_clean; /* of one frame */
};

/* path: anything that ffmpeg decodes to as many frames as the scene has. */
struct score score_file(const struct scene *scene, const char *path);
