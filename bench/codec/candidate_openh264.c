#include "candidate_parts.h"

#include <stdlib.h>
#include <string.h>
#include <wels/codec_api.h>

static void set_openh264(void *ctx, const char *key, const char *value)
{
    SEncParamExt *p = ctx;
    const int n = atoi(value);
    if (strcmp(key, "rc") == 0)
        p->iRCMode = strcmp(value, "bitrate") == 0     ? RC_BITRATE_MODE
                     : strcmp(value, "quality") == 0   ? RC_QUALITY_MODE
                     : strcmp(value, "timestamp") == 0 ? RC_TIMESTAMP_MODE
                                                       : RC_OFF_MODE;
    else if (strcmp(key, "kbps") == 0)
        p->iTargetBitrate = p->sSpatialLayers[0].iSpatialBitrate = n * 1000;
    else if (strcmp(key, "qp") == 0)
        p->sSpatialLayers[0].iDLayerQp = n;
    else if (strcmp(key, "minqp") == 0)
        p->iMinQp = n;
    else if (strcmp(key, "maxqp") == 0)
        p->iMaxQp = n;
    else if (strcmp(key, "bgd") == 0)
        p->bEnableBackgroundDetection = n;
    else if (strcmp(key, "aq") == 0)
        p->bEnableAdaptiveQuant = n;
    else if (strcmp(key, "denoise") == 0)
        p->bEnableDenoise = n;
    else if (strcmp(key, "cabac") == 0) {
        p->iEntropyCodingModeFlag = n;
        p->sSpatialLayers[0].uiProfileIdc = n ? PRO_HIGH : PRO_BASELINE;
    } else if (strcmp(key, "complexity") == 0)
        p->iComplexityMode = (ECOMPLEXITY_MODE)n;
    else
        candidate_refuse("no such option of openh264", key);
}

static void *open_openh264(const char *options, unsigned width, unsigned height)
{
    ISVCEncoder *encoder;
    SEncParamExt p;
    int level = WELS_LOG_ERROR;
    if (WelsCreateSVCEncoder(&encoder) != 0)
        abort();
    (*encoder)->SetOption(encoder, ENCODER_OPTION_TRACE_LEVEL, &level);
    (*encoder)->GetDefaultParams(encoder, &p);
    p.iPicWidth = (int)width;
    p.iPicHeight = (int)height;
    p.fMaxFrameRate = 30;
    p.iTargetBitrate = 1000000;
    p.uiIntraPeriod = 300;
    p.iNumRefFrame = 1;
    p.iMultipleThreadIdc = 1;
    p.bEnableFrameSkip = false;
    p.bEnableSceneChangeDetect = false;
    p.bEnableAdaptiveQuant = false;
    SSpatialLayerConfig *layer = &p.sSpatialLayers[0];
    layer->iVideoWidth = p.iPicWidth;
    layer->iVideoHeight = p.iPicHeight;
    layer->fFrameRate = 30;
    layer->iSpatialBitrate = p.iTargetBitrate;
    layer->uiProfileIdc = PRO_BASELINE;
    layer->sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
    layer->bVideoSignalTypePresent = true;
    layer->uiVideoFormat = VF_UNDEF;
    layer->bFullRange = true;
    candidate_each_option(options, set_openh264, &p);
    if ((*encoder)->InitializeExt(encoder, &p) != cmResultSuccess)
        candidate_refuse("openh264 refuses", options);
    return encoder;
}

static size_t encode_openh264(void *ctx, const struct picture *picture, unsigned t, FILE *file)
{
    ISVCEncoder *encoder = ctx;
    SSourcePicture in = {.iColorFormat = videoFormatI420,
                         .iPicWidth = picture->width,
                         .iPicHeight = picture->height,
                         .uiTimeStamp = (long long)t * 1000 / 30};
    SFrameBSInfo info;
    for (int i = 0; i < 3; i++) {
        in.pData[i] = (uint8_t *)(uintptr_t)picture->planes[i];
        in.iStride[i] = (int)picture->strides[i];
    }
    if ((*encoder)->EncodeFrame(encoder, &in, &info) != cmResultSuccess)
        abort();
    size_t total = 0;
    for (int l = 0; l < info.iLayerNum; l++) {
        size_t len_bytes = 0;
        for (int i = 0; i < info.sLayerInfo[l].iNalCount; i++)
            len_bytes += (size_t)info.sLayerInfo[l].pNalLengthInByte[i];
        total += fwrite(info.sLayerInfo[l].pBsBuf, 1, len_bytes, file);
    }
    return total;
}

static void close_openh264(void *ctx)
{
    ISVCEncoder *encoder = ctx;
    (*encoder)->Uninitialize(encoder);
    WelsDestroySVCEncoder(encoder);
}

const struct candidate_ops candidate_openh264 = {
    .open = open_openh264, .encode = encode_openh264, .close = close_openh264};
