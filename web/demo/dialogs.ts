// The host page's own dialogs: the chat asks for a login, the page makes it.

/** Opens a <dialog> whose buttons have the values yes and no. Escape is no. */
export function ask(selector: string): Promise<boolean> {
  const dialog = document.querySelector(selector) as HTMLDialogElement;
  return new Promise((resolve) => {
    const answered = (event: Event): void => {
      const button = (event.target as HTMLElement).closest("button");
      if (button) dialog.close(button.value);
    };
    const closed = (): void => {
      dialog.removeEventListener("click", answered);
      resolve(dialog.returnValue === "yes");
    };
    dialog.returnValue = "no";
    dialog.addEventListener("click", answered);
    dialog.addEventListener("close", closed, { once: true });
    dialog.showModal();
  });
}
