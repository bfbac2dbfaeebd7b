import { isoTime } from '../../core/clock.ts';
import type { SchedulerEvent } from '../../projects/schedules/scheduler-event.ts';
import { renderErrorRecord } from '../output/render-error.ts';
import type { Colors } from '../session.ts';

/** What a scheduler tells of, for people; ends with a newline. */
export function renderSchedulerEvent(event: SchedulerEvent, colors: Colors): string {
  switch (event.type) {
    case 'loaded':
      return `looking after ${event.schedules.length === 0 ? 'no schedules' : event.schedules.join(', ')}\n`;
    case 'invalid':
      return renderErrorRecord(event.error, colors);
    case 'started':
      return `${event.schedule} ${isoTime(event.at)} started ${event.uid}${event.late ? ' (made up for)' : ''}\n`;
    case 'ended':
      return `${event.schedule} ${isoTime(event.at)} ended ${event.uid}\n`;
    case 'left-out':
      return `${event.schedule} ${isoTime(event.at)} left out: ${event.reason}\n`;
    case 'failed':
      return `${event.schedule} ${isoTime(event.at)} could not run\n${renderErrorRecord(event.error, colors)}`;
  }
}
