// Details and settings of one camera, in tabs beside or below its picture.
import activity from 'icon:activity';
import device from 'icon:cpu';
import share from 'icon:share-2';
import sliders from 'icon:sliders-horizontal';
import type { KnownCamera } from '../../live/live';
import { t } from '../i18n';
import { mayOn } from '../me';
import type { Watched } from '../parts/hooks';
import { Tabs } from '../parts/tabs';
import { remembered } from '../store';
import { nameOf } from '../words';
import { Continuous } from './continuous';
import { Controls } from './controls';
import { Device } from './device';
import { Motion } from './motion';
import { Name } from './name';
import { Remove } from './remove';
import { Share } from './share';
import './sheet.css';

const chosen = remembered('tab', 'settings', () => sessionStorage);

export function Sheet({ known, watched }: { known: KnownCamera; watched: Watched }) {
  const { camera } = known;
  const name = nameOf(known);
  const maySet = mayOn('operator', camera.id);
  const tabs = [
    ...(maySet ? [{ id: 'settings', label: t('tab.settings'), icon: sliders }] : []),
    ...(maySet ? [{ id: 'motion', label: t('tab.motion'), icon: activity }] : []),
    { id: 'device', label: t('tab.device'), icon: device },
    { id: 'share', label: t('tab.share'), icon: share },
  ];
  const shown = tabs.some(({ id }) => id === chosen.value) ? chosen.value : (tabs[0]?.id ?? '');
  return (
    <aside class="sheet" aria-label={t('camera.about', { name })}>
      <Tabs
        label={t('camera.about', { name })}
        tabs={tabs}
        chosen={shown}
        choose={(id) => {
          chosen.value = id;
        }}
      >
        {shown === 'device' && <Device known={known} watched={watched} />}
        {shown === 'motion' && <Motion camera={camera.id} />}
        {shown === 'share' && <Share camera={camera.id} />}
        {shown === 'settings' && (
          <>
            <Name camera={camera.id} name={name} />
            <Controls camera={camera} />
            <Continuous camera={camera.id} />
            {mayOn('admin', camera.id) && (
              <Remove
                camera={camera}
                name={name}
                removed={() => {
                  location.hash = '#/';
                }}
              />
            )}
          </>
        )}
      </Tabs>
    </aside>
  );
}
