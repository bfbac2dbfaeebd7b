import type { Place } from './place.ts';

/** The places of one item of a map, and whether its turn has come. */
export interface ItemSlot {
  readonly held: Place[];
  /** Places that have not ended. */
  open: number;
  isHeld: boolean;
}

/** Lets so many items of a map run at once: the places of the others wait until one has ended whole. */
export class ItemSlots {
  readonly #limit: number;
  readonly #queue: ItemSlot[] = [];
  #next = 0;
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A slot for one more item; it is held back where as many as allowed run. */
  open(): ItemSlot {
    const slot: ItemSlot = { held: [], open: 0, isHeld: this.#running >= this.#limit };
    if (slot.isHeld) this.#queue.push(slot);
    else this.#running += 1;
    return slot;
  }

  add(slot: ItemSlot, place: Place): void {
    slot.open += 1;
    place.leave = () => this.#leave(slot);
    if (!slot.isHeld || place.kind === 'gather') return;
    place.waiting += 1;
    slot.held.push(place);
  }

  /** One place of an item has ended; gives places of other items that may start now because of that. */
  #leave(slot: ItemSlot): readonly Place[] {
    slot.open -= 1;
    if (slot.open > 0 || slot.isHeld) return [];
    this.#running -= 1;
    const freed: Place[] = [];
    while (this.#running < this.#limit && this.#next < this.#queue.length) {
      const next = this.#queue[this.#next++];
      if (next === undefined || next.open === 0) continue;
      next.isHeld = false;
      this.#running += 1;
      for (const place of next.held) if (--place.waiting === 0) freed.push(place);
    }
    return freed;
  }
}
