// Browser APIs that are missing in TypeScript's library.

declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(options: { kind: 'video' });
  readonly writable: WritableStream<VideoFrame>;
}

declare class ManagedMediaSource extends MediaSource {
  readonly streaming: boolean;
}
