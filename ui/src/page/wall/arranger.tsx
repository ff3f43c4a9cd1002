// Arranging the wall: drag a camera or move it with the arrow keys, hide it, put it into groups.
import check from 'icon:check';
import eyeIcon from 'icon:eye';
import eyeOff from 'icon:eye-off';
import grip from 'icon:grip-vertical';
import { useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { cameraOf } from '../store';
import { nameOf } from '../words';
import { allIds, arrange, arranging, layout, layoutProblem, wallIds } from './arrangement';
import type { Box } from './fit';
import { moved, toggled, withMember } from './layout';
import './arranger.css';

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

const nameFor = (id: string): string => {
  const known = cameraOf(id).value;
  return known ? nameOf(known) : id;
};

function move(id: string, to: number): void {
  const ids = wallIds.value;
  if (to < 0 || to >= ids.length || ids[to] === id) return;
  arrange({ ...layout.value, order: moved(ids, id, to) });
  tell(t('arrange.moved', { name: nameFor(id), place: to + 1, n: ids.length }));
}

function Handle({ id, box, boxes }: { id: string; box: Box; boxes: Box[] }) {
  const [isDragged, setIsDragged] = useState(false);
  const list = useRef<HTMLLIElement>(null);
  const isHidden = layout.value.hidden.includes(id);
  const name = nameFor(id);
  const drag = (event: PointerEvent): void => {
    const area = list.current?.parentElement?.getBoundingClientRect();
    if (!isDragged || !area) return;
    const [x, y] = [event.clientX - area.left, event.clientY - area.top];
    const over = boxes.findIndex(
      (other) =>
        x >= other.x && x < other.x + other.width && y >= other.y && y < other.y + other.height,
    );
    if (over >= 0) move(id, over);
  };
  return (
    <li
      ref={list}
      class="handle"
      data-dragged={isDragged || undefined}
      data-hidden={isHidden || undefined}
      style={{
        transform: `translate(${box.x}px, ${box.y}px)`,
        width: `${box.width}px`,
        height: `${box.height}px`,
      }}
    >
      <button
        type="button"
        class="handle-grip"
        data-move={id}
        aria-label={t('arrange.move', { name })}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setIsDragged(true);
        }}
        onPointerMove={drag}
        onPointerUp={() => setIsDragged(false)}
        onPointerCancel={() => setIsDragged(false)}
        onKeyDown={(event) => {
          const step = STEPS[event.key];
          if (step === undefined) return;
          event.preventDefault();
          move(id, wallIds.value.indexOf(id) + step);
        }}
      >
        <Icon of={grip} />
        <span>{name}</span>
      </button>
      <button
        type="button"
        class="chip"
        aria-pressed={isHidden}
        onClick={() => arrange({ ...layout.value, hidden: toggled(layout.value.hidden, id) })}
      >
        <Icon of={isHidden ? eyeOff : eyeIcon} />
        {isHidden ? t('arrange.hidden') : t('arrange.hide')}
        <span class="unseen"> {name}</span>
      </button>
    </li>
  );
}

function GroupForm({ closed }: { closed(): void }) {
  const [name, setName] = useState('');
  const { groups } = layout.value;
  const add = (event: Event): void => {
    event.preventDefault();
    const plain = name.trim();
    if (!plain || groups.some((group) => group.name === plain)) return;
    arrange({ ...layout.value, groups: [...groups, { name: plain, cameras: [] }] });
    setName('');
  };
  return (
    <Dialog title={t('groups.title')} closed={closed}>
      {groups.length === 0 && <p class="quiet">{t('groups.none')}</p>}
      {groups.map((group) => (
        <fieldset key={group.name} class="group">
          <legend>{group.name}</legend>
          <div class="group-members">
            {allIds.value.map((id) => (
              <label key={id} class="chip">
                <input
                  type="checkbox"
                  checked={group.cameras.includes(id)}
                  onChange={() => arrange(withMember(layout.value, group.name, id))}
                />
                {nameFor(id)}
              </label>
            ))}
          </div>
          <button
            type="button"
            class="button is-plain"
            onClick={() =>
              arrange({ ...layout.value, groups: groups.filter((other) => other !== group) })
            }
          >
            {t('groups.remove', { name: group.name })}
          </button>
        </fieldset>
      ))}
      <form class="inline-form" onSubmit={add}>
        <label class="unseen" for="group-name">
          {t('groups.name')}
        </label>
        <input
          id="group-name"
          class="input"
          value={name}
          maxLength={32}
          placeholder={t('groups.name')}
          autocomplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button is-first">
          {t('groups.add')}
        </button>
      </form>
    </Dialog>
  );
}

export function Arranger({ boxes }: { boxes: Box[] }) {
  const [isGrouping, setIsGrouping] = useState(false);
  return (
    <>
      <ul class="handles">
        {wallIds.value.map((id, i) => {
          const box = boxes[i];
          return box && <Handle key={id} id={id} box={box} boxes={boxes} />;
        })}
      </ul>
      <div class="arrange-bar" role="toolbar" aria-label={t('arrange.title')}>
        <p>{layoutProblem.value || t('arrange.hint')}</p>
        <button type="button" class="button" onClick={() => setIsGrouping(true)}>
          {t('groups.edit')}
        </button>
        <button
          type="button"
          class="button is-first"
          data-action="arranged"
          onClick={() => {
            arranging.value = false;
          }}
        >
          <Icon of={check} />
          {t('arrange.done')}
        </button>
      </div>
      {isGrouping && <GroupForm closed={() => setIsGrouping(false)} />}
    </>
  );
}
