// Whether a camera is recorded whenever it is connected.
import { useEffect, useState } from 'preact/hooks';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { Switch } from '../parts/switch';
import { tenSeconds } from '../store';
import { problemText, sentence } from '../words';

export function Continuous({ camera }: { camera: string }) {
  const [state, setState] = useState<{ continuous: boolean; error: string | null } | null>(null);
  const [problem, setProblem] = useState('');
  const failed = (error: unknown): void => setProblem(problemText(error));
  const tick = tenSeconds.value;
  useEffect(() => {
    let here = true;
    rest.recordsAlways(camera).then((now) => here && setState(now), failed);
    return () => {
      here = false;
    };
  }, [camera, tick]);
  const set = async (continuous: boolean): Promise<void> => {
    setState({ continuous, error: null });
    try {
      await rest.recordAlways(camera, continuous);
      setProblem('');
    } catch (error) {
      failed(error);
      rest.recordsAlways(camera).then(setState, failed); // as it is
    }
  };
  return (
    <div class="controls">
      {state && (
        <Switch
          id="continuous"
          label={t('continuous')}
          on={state.continuous}
          set={(on) => void set(on)}
        />
      )}
      <p class="quiet">{t('continuous.about')}</p>
      {(problem || state?.error) && (
        <p class="problem" role="alert">
          {problem || sentence(state?.error ?? '')}
        </p>
      )}
    </div>
  );
}
