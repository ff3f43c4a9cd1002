/* openh264 (BSD). Why these settings: docs/decisions/encoder.md. */
#include "codec/encoder.h"

#include <errno.h>
#include <string.h>
#include <wels/codec_api.h>

#include "base/alloc.h"

enum { START_CODE_BYTES = 4 }; /* always of four bytes: as long as the length that replaces it */

struct openh264 {
    ISVCEncoder *handle;
    struct h264_params params;
    int64_t first_pts_us;
    bool begun;
    uint8_t *unit; /* AVCC */
    size_t unit_capacity_bytes;
};

static void set_layer(SSpatialLayerConfig *layer, const SEncParamExt *p,
                      const struct encoder_params *params)
{
    layer->iVideoWidth = p->iPicWidth;
    layer->iVideoHeight = p->iPicHeight;
    layer->fFrameRate = p->fMaxFrameRate;
    layer->iSpatialBitrate = p->iTargetBitrate;
    layer->iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE;
    layer->uiProfileIdc = PRO_BASELINE;
    layer->uiLevelIdc = (ELevelIdc)encoder_level((unsigned)p->iPicWidth, (unsigned)p->iPicHeight);
    layer->sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
    layer->bVideoSignalTypePresent = true;
    layer->uiVideoFormat = VF_UNDEF;
    layer->bFullRange = !params->limited;
    layer->bColorDescriptionPresent = true;
    layer->uiColorPrimaries = ENCODER_PRIMARIES;
    layer->uiTransferCharacteristics = ENCODER_TRANSFER;
    layer->uiColorMatrix = params->bt709 ? ENCODER_MATRIX_709 : ENCODER_MATRIX;
}

static void fill_params(SEncParamExt *p, const struct encoder_params *params)
{
    p->iUsageType = CAMERA_VIDEO_REAL_TIME;
    p->iPicWidth = params->width;
    p->iPicHeight = params->height;
    p->fMaxFrameRate = ENCODER_NOMINAL_FPS;
    p->iRCMode = RC_BITRATE_MODE;
    p->iTargetBitrate = encoder_bitrate(params);
    p->iMaxBitrate = UNSPECIFIED_BIT_RATE;
    p->iMinQp = encoder_min_qp(params->quality);
    p->iMaxQp = encoder_max_qp(params->quality);
    p->bEnableFrameSkip = false;
    p->uiIntraPeriod = 0;
    p->iNumRefFrame = 1;
    p->iTemporalLayerNum = 1;
    p->iSpatialLayerNum = 1;
    p->iMultipleThreadIdc = 1;
    p->iComplexityMode = LOW_COMPLEXITY;
    p->eSpsPpsIdStrategy = CONSTANT_ID;
    p->bEnableBackgroundDetection = false;
    p->bEnableAdaptiveQuant = false;
    p->bEnableSceneChangeDetect = false;
    p->bEnableDenoise = false;
    p->bEnableLongTermReference = false;
    p->bPrefixNalAddingCtrl = false;
    p->bEnableFrameCroppingFlag = true;
    set_layer(&p->sSpatialLayers[0], p, params);
}

static int copy_parameter_set(const uint8_t *nal, size_t len_bytes,
                              uint8_t out[H264_PARAMETER_SET_MAX_BYTES], uint16_t *ret_len_bytes)
{
    if (len_bytes < 1 || len_bytes > H264_PARAMETER_SET_MAX_BYTES)
        return -ENOTSUP;
    memcpy(out, nal, len_bytes);
    *ret_len_bytes = (uint16_t)len_bytes;
    return 0;
}

static int read_params(ISVCEncoder *handle, struct h264_params *ret_params)
{
    struct h264_params params = {.sps_len_bytes = 0};
    SFrameBSInfo info = {0};
    if ((*handle)->EncodeParameterSets(handle, &info) != cmResultSuccess)
        return -ENOTSUP;
    int r = 0;
    for (int l = 0; l < info.iLayerNum && r == 0; l++) {
        const SLayerBSInfo *layer = &info.sLayerInfo[l];
        const uint8_t *nal = layer->pBsBuf;
        for (int i = 0; i < layer->iNalCount && r == 0; i++) {
            const uint8_t *body = nal + START_CODE_BYTES;
            const size_t len_bytes = (size_t)layer->pNalLengthInByte[i] - START_CODE_BYTES;
            if ((body[0] & 31) == H264_NAL_SPS)
                r = copy_parameter_set(body, len_bytes, params.sps, &params.sps_len_bytes);
            else if ((body[0] & 31) == H264_NAL_PPS)
                r = copy_parameter_set(body, len_bytes, params.pps, &params.pps_len_bytes);
            nal += layer->pNalLengthInByte[i];
        }
    }
    if (r == 0)
        *ret_params = params;
    return r;
}

static void destroy(void *encoder)
{
    struct openh264 *o = encoder;
    if (!o)
        return;
    if (o->handle) {
        (*o->handle)->Uninitialize(o->handle);
        WelsDestroySVCEncoder(o->handle);
    }
    mem_free(o->unit);
    mem_free(o);
}

static int create(const struct encoder_params *params, void **ret_encoder)
{
    int r = -ENOMEM, level = WELS_LOG_QUIET;
    SEncParamExt p;
    struct openh264 *o = mem_new(struct openh264);
    if (WelsCreateSVCEncoder(&o->handle) != 0)
        goto fail;
    (*o->handle)->SetOption(o->handle, ENCODER_OPTION_TRACE_LEVEL, &level);
    r = -ENOTSUP;
    if ((*o->handle)->GetDefaultParams(o->handle, &p) != cmResultSuccess)
        goto fail;
    fill_params(&p, params);
    if ((*o->handle)->InitializeExt(o->handle, &p) != cmResultSuccess)
        goto fail;
    r = read_params(o->handle, &o->params);
    if (r < 0)
        goto fail;
    *ret_encoder = o;
    return 0;
fail:
    destroy(o);
    return r;
}

static int reserve(struct openh264 *o, size_t len_bytes)
{
    if (len_bytes <= o->unit_capacity_bytes)
        return 0;
    uint8_t *grown = mem_try_realloc(o->unit, len_bytes);
    if (!grown)
        return -ENOMEM;
    o->unit = grown;
    o->unit_capacity_bytes = len_bytes;
    return 0;
}

/* The slices of an Annex B frame, with lengths instead of start codes. Returns the length. */
static size_t take_slices(const SFrameBSInfo *info, uint8_t *out)
{
    size_t end = 0;
    for (int l = 0; l < info->iLayerNum; l++) {
        const SLayerBSInfo *layer = &info->sLayerInfo[l];
        const uint8_t *nal = layer->pBsBuf;
        for (int i = 0; i < layer->iNalCount; i++) {
            const uint8_t *body = nal + START_CODE_BYTES;
            const uint32_t len_bytes = (uint32_t)layer->pNalLengthInByte[i] - START_CODE_BYTES;
            const int type = body[0] & 31;
            if (type == H264_NAL_SLICE || type == H264_NAL_IDR) {
                out[end++] = (uint8_t)(len_bytes >> 24);
                out[end++] = (uint8_t)(len_bytes >> 16);
                out[end++] = (uint8_t)(len_bytes >> 8);
                out[end++] = (uint8_t)len_bytes;
                memcpy(out + end, body, len_bytes);
                end += len_bytes;
            }
            nal += layer->pNalLengthInByte[i];
        }
    }
    return end;
}

static int encode(void *encoder, const struct picture *picture, int64_t pts_us, bool want_key,
                  struct encoder_unit *ret_unit)
{
    struct openh264 *o = encoder;
    if (!o->begun) {
        o->begun = true;
        o->first_pts_us = pts_us;
    }
    if (want_key && (*o->handle)->ForceIntraFrame(o->handle, true) != cmResultSuccess)
        return -EIO;
    SSourcePicture in = {.iColorFormat = videoFormatI420,
                         .iPicWidth = picture->width,
                         .iPicHeight = picture->height,
                         .uiTimeStamp = (pts_us - o->first_pts_us) / 1000};
    for (int i = 0; i < 3; i++) {
        /* openh264 reads its input only; its interface lacks the const. */
        in.pData[i] = (uint8_t *)(uintptr_t)picture->planes[i];
        in.iStride[i] = (int)picture->strides[i];
    }

    SFrameBSInfo info;
    if ((*o->handle)->EncodeFrame(o->handle, &in, &info) != cmResultSuccess)
        return -EIO;
    int r = reserve(o, (size_t)info.iFrameSizeInBytes);
    if (r < 0)
        return r;
    const size_t len_bytes = take_slices(&info, o->unit);
    if (len_bytes == 0)
        return -EIO;
    *ret_unit = (struct encoder_unit){.data = o->unit,
                                      .len_bytes = len_bytes,
                                      .key = info.eFrameType == videoFrameTypeIDR,
                                      .params = &o->params};
    return 0;
}

const struct encoder_ops encoder_openh264 = {
    .name = "openh264", .create = create, .encode = encode, .destroy = destroy};
