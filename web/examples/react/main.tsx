// React 19 sets an element's properties and listens to its events by itself: no wrapper is needed.

import { useState } from "react";
import { createRoot } from "react-dom/client";
import "yuefu-chat";
import type {} from "yuefu-chat/react";

async function token(address: string): Promise<string> {
  const answer = await fetch(address, { method: "POST" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
}

// Outside the component, so that drawing it again is not a new provider, which would connect anew.
const chatToken = (): Promise<string> => token("/api/chat-token");
const strongLogin = (acr: string): Promise<string> => token(`/api/strong-login?acr=${encodeURIComponent(acr)}`);

export function Support({ server }: { server: string }) {
  const [unread, setUnread] = useState(0);
  return (
    <>
      <p>未读消息：{unread}</p>
      <yuefu-chat
        server={server}
        tokenProvider={chatToken}
        stepUpProvider={strongLogin}
        onyuefu-unread={(event) => setUnread(event.detail)}
      />
    </>
  );
}

createRoot(document.querySelector("#root")!).render(<Support server="https://your-bot" />);
