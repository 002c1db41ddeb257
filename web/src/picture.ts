// A receipt as a picture: drawn from the same data as its card, dark on white whatever the theme, kept by the customer.

export interface Sheet {
  title: string;
  rows: readonly (readonly [label: string, value: string])[];
  foot: string;
  name: string;
}

const WIDTH = 640;
const PAD = 48;
const ROW = 52;

export function draw({ title, rows, foot }: Sheet): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = 3 * PAD + (rows.length + 1) * ROW;
  const pen = canvas.getContext("2d")!;
  const write = (text: string, x: number, y: number, size: number, colour: string): void => {
    pen.font = `${size}px -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
  };
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, WIDTH, canvas.height);
  write(title, PAD, PAD + 24, 34, "#14734a");
  rows.forEach(([label, value], index) => {
    const y = 2 * PAD + (index + 1) * ROW - 8;
    pen.textAlign = "left";
    write(label, PAD, y, 24, "#5b6677");
    pen.textAlign = "right";
    write(value, WIDTH - PAD, y, 24, "#1b2330");
  });
  pen.textAlign = "left";
  write(foot, PAD, canvas.height - PAD + 12, 20, "#5b6677");
  return canvas;
}

/** Gives the picture to the device: its share sheet where there is one for files (phones, WebViews), else a download. */
export async function save(sheet: Sheet): Promise<void> {
  const blob = await new Promise<Blob | null>((done) => draw(sheet).toBlob(done));
  if (!blob) throw new Error("no picture");
  const file = new File([blob], sheet.name, { type: blob.type });
  if (matchMedia("(pointer: coarse)").matches && navigator.canShare?.({ files: [file] })) {
    return navigator.share({ files: [file] });
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = sheet.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
