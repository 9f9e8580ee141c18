interface Item {
  readonly id: string;
  readonly price: number;
}

export class Cart {
  private readonly items = new Map<string, Item>();

  add(item: Item): void {
    this.items.set(item.id, item);
  }

  total(): number {
    let sum = 0;
    for (const item of this.items.values()) {
      sum += item.price;
    }
    return sum;
  }

  find(id: string): Item | undefined {
    const item = this.items.get(id);
    return item?.price !== 0 ? item : undefined;
  }
}
