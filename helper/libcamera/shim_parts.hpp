/* Shared by the shim's two files. One thread, except shim::completed and unplugged. */
#pragma once
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <libcamera/libcamera.h>
#include <libcamera/version.h>

#include "helper/libcamera/shim.h"

/* Since 0.2 a configuration has an orientation as in EXIF, before that a transform. */
#define HAS_ORIENTATION (LIBCAMERA_VERSION_MAJOR > 0 || LIBCAMERA_VERSION_MINOR >= 2)

enum class Kind { Float, Integer, Boolean, Menu, ExposureAuto, FocusAuto, Gain, Mirror, Flip };

inline constexpr const char *MIRROR = "mirror", *FLIP = "flip";
inline constexpr const char *EXPOSURE_AUTO = "exposure_auto", *WHITE_AUTO = "white_balance_auto",
                            *FOCUS_AUTO = "focus_auto", *EXPOSURE = "exposure_us",
                            *RED = "red_gain", *BLUE = "blue_gain";

/* One of eyelid's controls: an integer that stands for libcamera's value times scale, limited to
 * [min, max] in libcamera's units. */
struct Known {
    const char *name, *group, *auto_name;
    const char *theirs; /* libcamera's name */
    Kind kind;
    int scale;
    double min, max, usual;            /* the last is for cameras without a default */
    std::vector<const char *> options; /* by libcamera's number */
};

template <size_t N> void put(char (&out)[N], const std::string &text)
{
    snprintf(out, N, "%s", text.c_str());
}

/* A number or boolean as a number; otherwise for anything else. */
double number_of(const libcamera::ControlValue &value, double otherwise);

struct shim {
    shim_params params;
    libcamera::CameraManager manager;
    bool is_started = false, is_acquired = false, is_running = false;
    std::shared_ptr<libcamera::Camera> camera;
    std::unique_ptr<libcamera::CameraConfiguration> config;
    std::unique_ptr<libcamera::FrameBufferAllocator> allocator;
    std::vector<std::unique_ptr<libcamera::Request>> requests;
    std::map<std::string, int32_t> values;      /* what was set */
    std::optional<libcamera::ControlList> news; /* for the next request */
    int64_t min_frame_us = 0, max_frame_us = 0;
    std::string model;

    ~shim();
    int open(char *error, size_t cap);
    const libcamera::ControlInfo *info(const char *theirs, unsigned *ret_id) const;
    const libcamera::ControlInfo *info(const Known &known, unsigned *ret_id) const;
    bool describe(const Known &known, helper_control &out);
    bool describe_menu(const Known &known, const libcamera::ControlInfo &found,
                       helper_control &out);
    bool value(const char *name, int32_t *ret_value) const;
    bool takes_transform(int bit);
    void aim(libcamera::CameraConfiguration &to, bool mirror, bool flip) const;
    libcamera::ControlList assemble() const;
    void put_value(libcamera::ControlList &list, const Known &known, int32_t value) const;
    void put_mode(libcamera::ControlList &list, const char *theirs, int32_t mode) const;
    void put_frame_duration(libcamera::ControlList &list) const;
    int configure(bool is_still, unsigned width, unsigned height, shim_buffers *ret);
    int take_buffers(shim_buffers *ret);
    void completed(libcamera::Request *request);
    void unplugged();
};
