/* libcamera behind a C interface: finding, opening, configuring, streaming. The differences between
 * Debian 12's libcamera (0.0.3) and the current one (0.7) are behind one #if. */
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "helper/libcamera/shim_parts.hpp"

using namespace libcamera;

namespace
{

constexpr unsigned BUFFERS = 4, STILL_BUFFERS = 2;
constexpr int64_t US_PER_S = 1000000, NS_PER_US = 1000;
constexpr int AE_CONVERGED = 2; /* libcamera's number of that AeState */

/* The kernel's driver serves USB cameras better. Their ids end with vendor and product. */
bool is_usb(const std::string &id)
{
    static const char HEX[] = "0123456789abcdefABCDEF";
    size_t n = id.size();
    return n > 10 && id[n - 10] == '-' && id[n - 5] == ':' &&
           id.find_first_not_of(HEX, n - 9) == n - 5 && id.find_first_not_of(HEX, n - 4) == id.npos;
}

std::string model_of(const Camera &camera)
{
    auto model = camera.properties().get(properties::Model);
    return model ? std::string(*model) : "camera";
}

} // namespace

/* --- Finding and opening. --- */

int shim_list(void (*found)(void *ctx, const helper_camera *camera), void *ctx)
{
    CameraManager manager;
    int r = manager.start();
    if (r < 0)
        return r;
    {
        for (const auto &camera : manager.cameras()) {
            helper_camera out = {};
            if (is_usb(camera->id()) || camera->id().size() >= sizeof(out.id))
                continue;
            put(out.id, camera->id());
            put(out.model, model_of(*camera));
            found(ctx, &out);
        }
    }
    manager.stop();
    return 0;
}

int shim::open(char *error, size_t cap)
{
    int r = manager.start();
    if (r < 0) {
        snprintf(error, cap, "libcamera does not start: %s", strerror(-r));
        return r;
    }
    is_started = true;
    camera = manager.get(params.camera_id);
    if (!camera) {
        snprintf(error, cap, "libcamera no longer sees this camera");
        return -ENODEV;
    }
    r = camera->acquire();
    if (r < 0) {
        snprintf(error, cap, "another program uses this camera");
        return r;
    }
    is_acquired = true;
    model = model_of(*camera);
    unsigned id;
    if (info("AfMode", &id)) /* AfMode is there only with a movable lens: use it */
        values[FOCUS_AUTO] = 1;
    camera->requestCompleted.connect(this, &shim::completed);
    camera->disconnected.connect(this, &shim::unplugged);
    return 0;
}

shim::~shim()
{
    if (camera) {
        camera->requestCompleted.disconnect(this);
        camera->disconnected.disconnect(this);
        if (is_running)
            camera->stop();
    }
    requests.clear();
    allocator.reset();
    config.reset();
    if (is_acquired)
        camera->release();
    camera.reset();
    if (is_started)
        manager.stop();
}

int shim_open(const shim_params *params, shim **ret_shim, char *error, size_t cap)
{
    auto made = std::make_unique<shim>();
    made->params = *params;
    int r = made->open(error, cap);
    if (r == 0)
        *ret_shim = made.release();
    return r;
}

void shim_close(shim *shim)
{
    delete shim;
}

const char *shim_model(const shim *shim)
{
    return shim->model.c_str();
}

/* --- Configuration. --- */

void shim::aim(CameraConfiguration &to, bool mirror, bool flip) const
{
#if HAS_ORIENTATION
    to.orientation = mirror ? flip ? Orientation::Rotate180 : Orientation::Rotate0Mirror
                     : flip ? Orientation::Rotate180Mirror
                            : Orientation::Rotate0;
#else
    to.transform = (mirror ? Transform::HFlip : Transform::Identity) |
                   (flip ? Transform::VFlip : Transform::Identity);
#endif
}

/* Validation adjusts what the camera cannot do. */
bool shim::takes_transform(int bit)
{
    auto trial = camera->generateConfiguration({StreamRole::VideoRecording});
    if (!trial)
        return false;
    aim(*trial, bit == 1, bit == 2);
#if HAS_ORIENTATION
    auto before = trial->orientation;
    return trial->validate() != CameraConfiguration::Invalid && trial->orientation == before;
#else
    auto before = trial->transform;
    return trial->validate() != CameraConfiguration::Invalid && trial->transform == before;
#endif
}

namespace
{

struct Format {
    PixelFormat theirs;
    shim_layout layout;
    helper_format ours;
};

/* In order of preference; for RGB, libcamera's names give the order in a register, not in
 * memory. */
const Format *find_format(const StreamConfiguration &stream)
{
    static const Format FORMATS[] = {
        {formats::YUV420, SHIM_LENDABLE, HELPER_I420}, {formats::NV12, SHIM_LENDABLE, HELPER_NV12},
        {formats::YUYV, SHIM_LENDABLE, HELPER_YUYV},   {formats::BGR888, SHIM_RGB24, HELPER_I420},
        {formats::RGB888, SHIM_BGR24, HELPER_I420},
    };
    auto offered = stream.formats().pixelformats();
    for (const auto &format : FORMATS)
        if (std::find(offered.begin(), offered.end(), format.theirs) != offered.end())
            return &format;
    return nullptr;
}

std::unique_ptr<CameraConfiguration> propose(Camera &camera, bool is_still, unsigned width,
                                             unsigned height)
{
    auto config = camera.generateConfiguration(
        {is_still ? StreamRole::StillCapture : StreamRole::VideoRecording});
    if (!config || config->empty())
        return nullptr;
    auto &stream = config->at(0);
    const Format *format = find_format(stream);
    if (!format)
        return nullptr;
    stream.pixelFormat = format->theirs;
    if (width && height)
        stream.size = Size(width, height);
    stream.bufferCount = is_still ? STILL_BUFFERS : BUFFERS;
    stream.colorSpace = ColorSpace::Sycc; /* as JPEG has it: BT.601, full range */
    return config;
}

} // namespace

bool shim_offers(shim *shim, unsigned width, unsigned height)
{
    auto trial = propose(*shim->camera, false, width, height);
    return trial && trial->validate() != CameraConfiguration::Invalid &&
           trial->at(0).size == Size(width, height) && find_format(trial->at(0)) &&
           trial->at(0).pixelFormat == find_format(trial->at(0))->theirs;
}

int shim::take_buffers(shim_buffers *ret)
{
    Stream *stream = config->at(0).stream();
    const auto &stream_config = config->at(0);
    const Format *format = find_format(stream_config);
    if (!format || format->theirs != stream_config.pixelFormat)
        return -ENOTSUP;
    allocator = std::make_unique<FrameBufferAllocator>(camera);
    int r = allocator->allocate(stream);
    if (r < 0)
        return r;

    *ret = {};
    ret->layout = format->layout;
    helper_pixels &pixels = ret->pixels;
    pixels.format = format->ours;
    pixels.width = stream_config.size.width;
    pixels.height = stream_config.size.height;
    const auto &colours = stream_config.colorSpace;
    pixels.full_range = !colours || colours->range == ColorSpace::Range::Full;
    pixels.bt709 = colours && colours->ycbcrEncoding == ColorSpace::YcbcrEncoding::Rec709;
    const unsigned chroma = format->ours == HELPER_I420 ? 2 : 1;
    for (const auto &buffer : allocator->buffers(stream)) {
        if (ret->count == HELPER_BUFFERS_MAX)
            break;
        const auto &planes = buffer->planes();
        for (size_t i = 0; i < planes.size() && i < 3; i++) {
            if (planes[i].fd.get() != planes[0].fd.get())
                return -ENOTSUP; /* in pieces */
            pixels.offsets[i] = planes[i].offset;
            pixels.strides[i] = i ? stream_config.stride / chroma : stream_config.stride;
            pixels.size_bytes = std::max(pixels.size_bytes, planes[i].offset + planes[i].length);
        }
        auto request = camera->createRequest(ret->count);
        if (!request || request->addBuffer(stream, buffer.get()) < 0)
            return -ENOMEM;
        requests.push_back(std::move(request));
        ret->fds[ret->count++] = planes[0].fd.get();
    }
    return ret->count ? 0 : -ENOMEM;
}

int shim::configure(bool is_still, unsigned width, unsigned height, shim_buffers *ret)
{
    requests.clear();
    allocator.reset();
    config = propose(*camera, is_still, width, height);
    if (!config)
        return -ENOTSUP;
    int32_t mirror = 0, flip = 0;
    value(MIRROR, &mirror);
    value(FLIP, &flip);
    aim(*config, mirror, flip);
    if (config->validate() == CameraConfiguration::Invalid)
        return -EINVAL;
    int r = camera->configure(config.get());
    return r < 0 ? r : take_buffers(ret);
}

int shim_configure(shim *shim, bool is_still, unsigned width, unsigned height,
                   shim_buffers *ret_buffers)
{
    return shim->configure(is_still, width, height, ret_buffers);
}

/* --- The stream. --- */

int shim_start(shim *shim, unsigned max_fps, unsigned min_fps)
{
    shim->min_frame_us = US_PER_S / max_fps;
    shim->max_frame_us = US_PER_S / min_fps;
    ControlList controls = shim->assemble();
    shim->news = controls; /* with the first request again: some pipelines ignore those of start */
    int r = shim->camera->start(&controls);
    shim->is_running = r == 0;
    return r;
}

int shim_queue(shim *shim, unsigned index)
{
    if (index >= shim->requests.size() || !shim->is_running)
        return -EINVAL;
    Request *request = shim->requests[index].get();
    request->reuse(Request::ReuseBuffers);
    if (shim->news) {
        request->controls().merge(*shim->news);
        shim->news.reset();
    }
    return shim->camera->queueRequest(request);
}

int shim_stop(shim *shim)
{
    shim->is_running = false;
    return shim->camera->stop();
}

void shim::completed(Request *request)
{
    const FrameBuffer *buffer = request->buffers().begin()->second;
    const FrameMetadata &frame = buffer->metadata();
    shim_completion out = {};
    out.index = static_cast<uint32_t>(request->cookie());
    out.sequence = frame.sequence;
    out.is_good = request->status() == Request::RequestComplete &&
                  frame.status == FrameMetadata::FrameSuccess;
    out.captured_us = static_cast<int64_t>(frame.timestamp) / NS_PER_US;
    for (const auto &[id, value] : request->metadata()) {
        auto known = controls::controls.find(id);
        if (known == controls::controls.end())
            continue;
        const std::string &name = known->second->name();
        if (name == "AeLocked" || name == "AeState") {
            out.is_rated = true;
            out.is_settled = number_of(value, 0) >= (name == "AeState" ? AE_CONVERGED : 1);
        }
    }
    params.completed(params.ctx, &out);
}

void shim::unplugged()
{
    params.unplugged(params.ctx);
}
