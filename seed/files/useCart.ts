// A shopping cart as a React hook: lines, totals, and a copy in the browser's storage.

import { useCallback, useEffect, useMemo, useState } from "react";

export interface CartLine {
  sku: string;
  title: string;
  unitPrice: number;
  quantity: number;
}

export interface Voucher {
  code: string;
  percent: number;
  expires: string;
}

interface Cart {
  lines: CartLine[];
  total: number;
  add: (line: CartLine) => void;
  remove: (sku: string) => void;
  setQuantity: (sku: string, quantity: number) => void;
  applyVoucher: (voucher: Voucher) => void;
}

const STORAGE_KEY = "cart";

export function useCart(customerId: string): Cart {
  const [lines, setLines] = useState<CartLine[]>([]);
  const [voucher, setVoucher] = useState<Voucher | null>(null);

  useEffect(() => {
    const stored = localStorage.getItem(STORAGE_KEY + customerId);
    if (stored) {
      setLines(JSON.parse(stored) as CartLine[]);
    }
  }, []);

  useEffect(() => {
    localStorage.setItem(STORAGE_KEY + customerId, JSON.stringify(lines));
  }, [lines, customerId]);

  const add = useCallback((line: CartLine) => {
    setLines((current) => {
      const existing = current.find((other) => other.sku === line.sku);
      if (existing) {
        existing.quantity += line.quantity;
        return current;
      }
      return [...current, line];
    });
  }, []);

  const remove = useCallback((sku: string) => {
    setLines((current) => current.filter((line) => line.sku !== sku));
  }, []);

  const setQuantity = useCallback(
    (sku: string, quantity: number) => {
      if (quantity <= 0) {
        remove(sku);
        return;
      }
      setLines((current) => current.map((line) => (line.sku === sku ? { ...line, quantity } : line)));
    },
    [remove],
  );

  const applyVoucher = useCallback((candidate: Voucher) => {
    if (new Date(candidate.expires) > new Date()) {
      setVoucher(candidate);
    }
  }, []);

  const total = useMemo(() => {
    const sum = lines.reduce((soFar, line) => soFar + line.unitPrice * line.quantity, 0);
    return voucher ? sum - sum * voucher.percent : sum;
  }, [lines, voucher]);

  return { lines, total, add, remove, setQuantity, applyVoucher };
}
