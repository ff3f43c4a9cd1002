// A player with an overlay while the picture is not live: the last picture, dimmed, its age, and
// the reason.
import alarm from 'icon:alarm-clock';
import moon from 'icon:moon';
import pauseIcon from 'icon:pause';
import warning from 'icon:triangle-alert';
import unplug from 'icon:unplug';
import wifiOff from 'icon:wifi-off';
import { useState } from 'preact/hooks';
import type { Camera } from '../../live/protocol';
import { serverUrl } from '../../live/shared';
import { say, t } from '../i18n';
import { ageOf, type Facts, type Said, type SaidState } from '../said';
import { paused } from '../store';
import { problemOf } from '../words';
import type { Watched } from './hooks';
import { Eye, Icon } from './icon';
import { remember } from './shape';
import './picture.css';

const ICONS: Partial<Record<SaidState, string>> = {
  asleep: moon,
  sleeping: alarm,
  offline: unplug,
  paused: pauseIcon,
  silent: wifiOff,
  failed: warning,
};

// The server keeps each camera's last picture; requesting it does not wake the camera.
function LastPicture({ camera }: { camera: Camera }) {
  const [isThere, setIsThere] = useState(true);
  if (!isThere || camera.last_frame_age_s == null) return null;
  const url = new URL(`api/v1/cameras/${camera.id}/last.jpg`, serverUrl).href;
  return (
    <img
      class="last"
      src={url}
      alt=""
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
        remember(camera.id, naturalWidth, naturalHeight)
      }
      onError={() => setIsThere(false)}
    />
  );
}

export function Picture(props: {
  camera: Camera;
  name: string;
  watched: Watched;
  said: Said;
  facts: Facts;
  fit?: boolean; // a small one, that is never zoomed
}) {
  const { camera, name, watched, said, facts, fit = false } = props;
  const isLive = said.state === 'live' || said.state === 'behind';
  const icon = ICONS[said.state];
  const age = isLive ? null : ageOf(watched.ref.current?.stats.pictureMs ?? null, facts);
  const label = t('picture.label', { name, word: say(said.word) });
  return (
    <div class="picture" role="img" aria-label={label}>
      <eyelid-player ref={watched.ref} camera={camera.id} paused={paused.value} fit={fit} />
      {!watched.hasPicture && !isLive && said.state !== 'waking' && <LastPicture camera={camera} />}
      {!isLive && (
        <div class="veil">
          {icon ? <Icon of={icon} /> : said.state === 'waking' && <Eye open />}
          {age && said.state !== 'waking' && said.state !== 'reconnecting' && (
            <span class="veil-age">{age}</span>
          )}
        </div>
      )}
    </div>
  );
}

export function Status({ said, figures = '' }: { said: Said; figures?: string }) {
  const detail = said.detail ? say(said.detail) : figures;
  return (
    <p class="status">
      <span class="dot" aria-hidden="true" />
      <span class="status-word">{say(said.word)}</span>
      {detail && <span class="status-detail">{detail}</span>}
    </p>
  );
}

// The camera's error, as a sentence.
export function Trouble({ camera, class: name }: { camera: Camera; class: string }) {
  return camera.error ? <p class={name}>{problemOf(camera.error)}</p> : null;
}
