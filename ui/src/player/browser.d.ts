// What browsers have and TypeScript's library does not know (yet).

declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(options: { kind: 'video' });
  readonly writable: WritableStream<VideoFrame>;
}

declare class ManagedMediaSource extends MediaSource {
  readonly streaming: boolean;
}
