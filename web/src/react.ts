// `import type {} from "yuefu-chat/react"` lets TypeScript know <yuefu-chat> in JSX (React 19 sets properties and events).

import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { YuefuChatElement, YuefuChatEvents } from "./public";

type Properties = Pick<YuefuChatElement, "server" | "inline" | "open" | "visitors" | "tokenProvider" | "stepUpProvider" | "loginProvider">;
type Listeners = { [Name in keyof YuefuChatEvents as `on${Name}`]: (event: YuefuChatEvents[Name]) => void };

export type YuefuChatProps = DetailedHTMLProps<HTMLAttributes<YuefuChatElement>, YuefuChatElement> & Partial<Properties & Listeners>;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "yuefu-chat": YuefuChatProps;
    }
  }
}
