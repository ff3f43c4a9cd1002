// Navigation: a rail at the left, or a bar at the bottom on a phone.

import schedules from 'icon:calendar-clock';
import check from 'icon:check';
import films from 'icon:clapperboard';
import more from 'icon:ellipsis';
import archive from 'icon:images';
import liveIcon from 'icon:layout-grid';
import pauseIcon from 'icon:pause';
import play from 'icon:play';
import server from 'icon:server';
import { useRef } from 'preact/hooks';
import { t } from '../i18n';
import { may } from '../me';
import { Eye, Icon } from '../parts/icon';
import { connection, figuresShown, paused } from '../store';
import { arranging, fitsScreen, foundIds, isKept, wallIds } from '../wall/arrangement';
import { route } from './route';
import './rail.css';

function Choice(props: { label: string; on: boolean; action: string; toggle(): void }) {
  return (
    <button
      type="button"
      role="menuitemcheckbox"
      class="menu-item"
      data-action={props.action}
      aria-checked={props.on}
      onClick={props.toggle}
    >
      <span class="menu-check">{props.on && <Icon of={check} />}</span>
      {props.label}
    </button>
  );
}

function ViewMenu() {
  const menu = useRef<HTMLDivElement>(null);
  const isWall = route.value.area === 'live' && route.value.camera === null;
  const keys = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + step + items.length) % items.length]?.focus();
  };
  return (
    <>
      <button
        type="button"
        class="rail-item"
        data-action="view"
        popovertarget="view-menu"
        aria-haspopup="menu"
      >
        <Icon of={more} />
        <span>{t('view')}</span>
      </button>
      <div
        ref={menu}
        id="view-menu"
        class="menu"
        popover="auto"
        role="menu"
        aria-label={t('view')}
        tabIndex={-1}
        onKeyDown={keys}
        onToggle={(event) => {
          if ((event as unknown as ToggleEvent).newState === 'open')
            menu.current?.querySelector<HTMLElement>('.menu-item')?.focus();
        }}
      >
        <Choice
          label={t('view.figures')}
          action="figures"
          on={figuresShown.value}
          toggle={() => {
            figuresShown.value = !figuresShown.value;
          }}
        />
        <Choice
          label={t('view.fit')}
          action="fit"
          on={fitsScreen.value}
          toggle={() => {
            fitsScreen.value = !fitsScreen.value;
          }}
        />
        {isWall && isKept.value && may('operator') && wallIds.value.length > 0 && (
          <button
            type="button"
            role="menuitem"
            class="menu-item"
            data-action="arrange"
            onClick={() => {
              menu.current?.hidePopover();
              arranging.value = true;
            }}
          >
            <span class="menu-check" />
            {t('view.arrange')}
          </button>
        )}
      </div>
    </>
  );
}

function Item(props: { href: string; icon: string; label: string; here: boolean; count?: number }) {
  const { href, icon, label, here, count = 0 } = props;
  return (
    <a class="rail-item" href={href} aria-current={here ? 'page' : undefined}>
      <Icon of={icon} />
      <span>{label}</span>
      {count > 0 && (
        <span class="rail-count">
          {count}
          <span class="unseen"> {t('found.title', { n: count })}</span>
        </span>
      )}
    </a>
  );
}

export function Rail() {
  const { area } = route.value;
  const isOpen = connection.value.state === 'connected' && !paused.value;
  return (
    <nav class="rail" aria-label={t('areas')}>
      <a class="rail-brand" href="#/" aria-label={t('brand.label')}>
        <Eye open={isOpen} />
      </a>
      <Item href="#/" icon={liveIcon} label={t('area.live')} here={area === 'live'} />
      <Item href="#/archive" icon={archive} label={t('area.archive')} here={area === 'archive'} />
      <Item
        href="#/schedules"
        icon={schedules}
        label={t('area.schedules')}
        here={area === 'schedules'}
      />
      <Item href="#/films" icon={films} label={t('area.films')} here={area === 'films'} />
      <Item
        href="#/system"
        icon={server}
        label={t('area.system')}
        here={area === 'system'}
        count={may('admin') ? foundIds.value.length : 0}
      />
      <span class="rail-space" />
      {area === 'live' && (
        <>
          <button
            type="button"
            class="rail-item"
            data-action="pause"
            aria-pressed={paused.value}
            onClick={() => {
              paused.value = !paused.value;
            }}
          >
            <Icon of={paused.value ? play : pauseIcon} />
            <span>{paused.value ? t('resume') : t('pause')}</span>
          </button>
          <ViewMenu />
        </>
      )}
    </nav>
  );
}
