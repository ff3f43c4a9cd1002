/* Controls: eyelid's names and whole numbers for libcamera's. They are looked up by libcamera's
 * names at run time, so that one source works with all versions. */
#include <algorithm>
#include <cmath>
#include <cstring>

#include "helper/libcamera/shim_parts.hpp"

using namespace libcamera;

namespace
{

const std::vector<Known> &known_controls()
{
    /* clang-format off */
    static const std::vector<Known> CONTROLS = {
        {"brightness", "image", "", "Brightness", Kind::Float, 100, -1, 1, 0, {}},
        {"contrast", "image", "", "Contrast", Kind::Float, 100, 0, 4, 1, {}},
        {"saturation", "image", "", "Saturation", Kind::Float, 100, 0, 4, 1, {}},
        {"sharpness", "image", "", "Sharpness", Kind::Float, 100, 0, 16, 1, {}},
        {"hdr", "image", "", "HdrMode", Kind::Menu, 1, 0, 0, 0,
         {"off", "multi-exposure unmerged", "multi-exposure", "single exposure", "night"}},
        {EXPOSURE_AUTO, "exposure", "", "AeEnable", Kind::ExposureAuto, 1, 0, 1, 1, {}},
        {EXPOSURE, "exposure", EXPOSURE_AUTO, "ExposureTime", Kind::Integer, 1, 1, 10e6, 10e3, {}},
        {"gain", "exposure", EXPOSURE_AUTO, "AnalogueGain", Kind::Float, 100, 1, 64, 1, {}},
        {"exposure_value", "exposure", "", "ExposureValue", Kind::Float, 10, -8, 8, 0, {}},
        {"exposure_mode", "exposure", "", "AeExposureMode", Kind::Menu, 1, 0, 0, 0,
         {"normal", "short", "long"}},
        {"metering", "exposure", "", "AeMeteringMode", Kind::Menu, 1, 0, 0, 0,
         {"centre", "spot", "matrix"}},
        {WHITE_AUTO, "white balance", "", "AwbEnable", Kind::Boolean, 1, 0, 1, 1, {}},
        {"white_balance", "white balance", "", "AwbMode", Kind::Menu, 1, 0, 0, 0,
         {"auto", "incandescent", "tungsten", "fluorescent", "indoor", "daylight", "cloudy"}},
        {RED, "white balance", WHITE_AUTO, "ColourGains", Kind::Gain, 100, 0.1, 8, 1, {}},
        {BLUE, "white balance", WHITE_AUTO, "ColourGains", Kind::Gain, 100, 0.1, 8, 1, {}},
        {FOCUS_AUTO, "focus", "", "AfMode", Kind::FocusAuto, 1, 0, 1, 1, {}},
        {"lens_position", "focus", FOCUS_AUTO, "LensPosition", Kind::Float, 100, 0, 32, 1, {}},
        {MIRROR, "picture", "", "", Kind::Mirror, 1, 0, 1, 0, {}},
        {FLIP, "picture", "", "", Kind::Flip, 1, 0, 1, 0, {}},
    };
    /* clang-format on */
    return CONTROLS;
}

/* libcamera's numbers: ExposureTimeMode and AnalogueGainMode since 0.5; AfMode. */
constexpr int32_t MODE_AUTO = 0, MODE_MANUAL = 1, AF_MANUAL = 0, AF_CONTINUOUS = 2;

} // namespace

double number_of(const ControlValue &value, double otherwise)
{
    if (value.isArray())
        return otherwise;
    switch (value.type()) {
    case ControlTypeBool:
        return value.get<bool>();
    case ControlTypeInteger32:
        return value.get<int32_t>();
    case ControlTypeInteger64:
        return static_cast<double>(value.get<int64_t>());
    case ControlTypeFloat:
        return value.get<float>();
    default:
        return otherwise;
    }
}

const ControlInfo *shim::info(const char *theirs, unsigned *ret_id) const
{
    for (const auto &[id, info] : camera->controls()) {
        if (id->name() == theirs) {
            *ret_id = id->id();
            return &info;
        }
    }
    return nullptr;
}

/* Since 0.5 automatic exposure is two modes; the older switch may be missing. */
const ControlInfo *shim::info(const Known &known, unsigned *ret_id) const
{
    const ControlInfo *found =
        known.kind == Kind::ExposureAuto ? info("ExposureTimeMode", ret_id) : nullptr;
    return found ? found : info(known.theirs, ret_id);
}

bool shim::describe_menu(const Known &known, const ControlInfo &found, helper_control &out)
{
    /* Only what the camera offers without a gap from 0 on: the numbers are libcamera's. */
    double last = number_of(found.max(), -1);
    if (!found.values().empty())
        last = static_cast<double>(found.values().size()) - 1;
    size_t n = std::min(known.options.size(), static_cast<size_t>(std::max(last, -1.0) + 1));
    for (size_t i = 0; i < n; i++) {
        bool is_there = found.values().empty();
        for (const auto &v : found.values())
            is_there = is_there || number_of(v, -1) == static_cast<double>(i);
        if (!is_there)
            break;
        put(out.options[out.n_options++], known.options[i]);
    }
    out.type = HELPER_MENU;
    out.max = static_cast<int32_t>(out.n_options) - 1;
    return out.n_options > 1;
}

bool shim::describe(const Known &known, helper_control &out)
{
    out = {};
    put(out.name, known.name);
    put(out.group, known.group);
    put(out.auto_name, known.auto_name);
    out.step = 1;
    if (known.kind == Kind::Mirror || known.kind == Kind::Flip) {
        out.type = HELPER_BOOL;
        out.max = 1;
        return takes_transform(known.kind == Kind::Mirror ? 1 : 2);
    }
    unsigned id;
    const ControlInfo *found = info(known, &id);
    if (!found)
        return false;
    if (known.kind == Kind::Menu && !describe_menu(known, *found, out))
        return false;
    if (known.kind == Kind::Boolean || known.kind == Kind::ExposureAuto ||
        known.kind == Kind::FocusAuto) {
        out.type = HELPER_BOOL;
        out.max = 1;
        out.fallback = number_of(found->def(), 1) != 0;
        if (known.kind != Kind::Boolean)
            out.fallback = 1;
        return true;
    }
    if (known.kind != Kind::Menu) {
        double min = std::max(known.min, number_of(found->min(), known.min));
        double max = std::min(known.max, number_of(found->max(), known.max));
        if (!(min < max))
            return false;
        out.type = HELPER_INT;
        out.min = static_cast<int32_t>(std::lround(min * known.scale));
        out.max = static_cast<int32_t>(std::lround(max * known.scale));
    }
    double fallback = number_of(found->def(), known.usual) * known.scale;
    fallback = std::clamp(fallback, double(out.min), double(out.max));
    out.fallback = static_cast<int32_t>(std::lround(fallback));
    return true;
}

unsigned shim_controls(shim *shim, helper_control controls[HELPER_CONTROLS_MAX])
{
    unsigned n = 0;
    for (const auto &known : known_controls())
        if (n < HELPER_CONTROLS_MAX && shim->describe(known, controls[n]))
            n++;
    for (unsigned i = 0; i < n; i++) { /* an auto that this camera lacks overrides nothing */
        bool is_there = false;
        for (unsigned k = 0; k < n; k++)
            is_there = is_there || !strcmp(controls[i].auto_name, controls[k].name);
        if (!is_there)
            controls[i].auto_name[0] = '\0';
    }
    return n;
}

bool shim::value(const char *name, int32_t *ret_value) const
{
    auto found = values.find(name);
    if (found == values.end())
        return false;
    *ret_value = found->second;
    return true;
}

void shim::put_mode(ControlList &list, const char *theirs, int32_t mode) const
{
    unsigned id;
    if (info(theirs, &id))
        list.set(id, ControlValue(mode));
}

void shim::put_value(ControlList &list, const Known &known, int32_t value) const
{
    unsigned id;
    if (!info(known, &id))
        return;
    switch (known.kind) {
    case Kind::Float:
        list.set(id, ControlValue(static_cast<float>(value) / static_cast<float>(known.scale)));
        break;
    case Kind::Integer:
    case Kind::Menu:
        list.set(id, ControlValue(value));
        break;
    case Kind::Boolean:
        list.set(id, ControlValue(value != 0));
        break;
    case Kind::ExposureAuto:
        /* If the two finer ones exist, this one would only repeat them. */
        if (info("ExposureTimeMode", &id)) {
            put_mode(list, "ExposureTimeMode", value ? MODE_AUTO : MODE_MANUAL);
            put_mode(list, "AnalogueGainMode", value ? MODE_AUTO : MODE_MANUAL);
        } else {
            list.set(id, ControlValue(value != 0));
        }
        break;
    case Kind::FocusAuto:
        list.set(id, ControlValue(value ? AF_CONTINUOUS : AF_MANUAL));
        break;
    case Kind::Gain: {
        int32_t red = 100, blue = 100;
        this->value(RED, &red);
        this->value(BLUE, &blue);
        const float gains[2] = {static_cast<float>(red) / 100, static_cast<float>(blue) / 100};
        list.set(id, ControlValue(Span<const float>(gains, 2)));
        break;
    }
    case Kind::Mirror:
    case Kind::Flip:
        break; /* of the configuration */
    }
}

/* The frame may take as long as the slowest rate or a chosen exposure requires. */
void shim::put_frame_duration(ControlList &list) const
{
    unsigned id;
    const ControlInfo *found = info("FrameDurationLimits", &id);
    if (!found || min_frame_us == 0)
        return;
    auto least = static_cast<int64_t>(number_of(found->min(), 0));
    int64_t limits[2] = {std::max(min_frame_us, least), std::max(max_frame_us, least)};
    int32_t is_auto = 1, exposure = 0;
    value(EXPOSURE_AUTO, &is_auto);
    if (!is_auto && value(EXPOSURE, &exposure))
        limits[1] = std::max(limits[1], static_cast<int64_t>(exposure));
    list.set(id, ControlValue(Span<const int64_t>(limits, 2)));
}

/* All settings that count; a manual value does not while its auto is on. */
ControlList shim::assemble() const
{
    ControlList list(camera->controls());
    for (const auto &known : known_controls()) {
        int32_t its_value, is_auto = 1;
        if (!value(known.name, &its_value))
            continue;
        if (known.auto_name[0])
            value(known.auto_name, &is_auto);
        if (!known.auto_name[0] || !is_auto)
            put_value(list, known, its_value);
    }
    put_frame_duration(list);
    return list;
}

int shim_set(shim *shim, const char *name, int32_t value)
{
    for (const auto &known : known_controls()) {
        if (strcmp(known.name, name) != 0)
            continue;
        shim->values[name] = value;
        if (known.kind == Kind::Mirror || known.kind == Kind::Flip)
            return -EAGAIN;
        if (shim->is_running)
            shim->news = shim->assemble();
        return 0;
    }
    return -ENOENT;
}
