import type { Language } from './language.ts'

export interface PageText {
  readonly title: string
  readonly text: string
  /** The words on the link or button; undefined when there is nothing to do. */
  readonly action: string
}

export interface PageFact {
  readonly status: number
  /** `link` leads to the address that the caller gives, `sign_out` is a form that signs out. */
  readonly action: 'link' | 'sign_out'
  readonly texts: Readonly<Record<Language, PageText>>
}

/** The way out of the pages that ask for a sign-out: to the first page of the app. */
export const STAY: Readonly<Record<Language, string>> = {
  en: 'Stay signed in',
  'zh-CN': '保持登录',
}

/** Every page of the package. No page shows anything that came with the request. */
export const PAGES = {
  unavailable: {
    status: 503,
    action: 'link',
    texts: {
      en: {
        title: 'Sign-in is not available right now',
        text: 'The sign-in service does not answer. You have not been signed out. Please try again in a moment.',
        action: 'Try again',
      },
      'zh-CN': {
        title: '暂时无法登录',
        text: '登录服务没有响应。您并未被登出，请稍后再试。',
        action: '重试',
      },
    },
  },
  denied: {
    status: 403,
    action: 'link',
    texts: {
      en: {
        title: 'You were not signed in',
        text: 'The sign-in was cancelled, or you may not use this app.',
        action: 'Sign in again',
      },
      'zh-CN': {
        title: '未登录',
        text: '登录已被取消，或者您无权使用此应用。',
        action: '重新登录',
      },
    },
  },
  unfinished: {
    status: 400,
    action: 'link',
    texts: {
      en: {
        title: 'The sign-in was not completed',
        text: 'It may have taken too long, or its answer could not be used. Nothing has been changed.',
        action: 'Sign in again',
      },
      'zh-CN': {
        title: '登录未完成',
        text: '登录可能超时，或者返回的结果无法使用。没有任何更改。',
        action: '重新登录',
      },
    },
  },
  cookies: {
    status: 400,
    action: 'link',
    texts: {
      en: {
        title: 'The sign-in could not be matched to this browser',
        text: 'Your browser did not send back the cookie that belongs to it. Please allow cookies for this site and begin again.',
        action: 'Sign in again',
      },
      'zh-CN': {
        title: '无法将登录与此浏览器对应',
        text: '您的浏览器没有发回相应的 Cookie。请允许本网站使用 Cookie，然后重新开始。',
        action: '重新登录',
      },
    },
  },
  duplicated: {
    status: 400,
    action: 'link',
    texts: {
      en: {
        title: 'The cookies of this site are mixed up',
        text: 'Your browser sent two cookies with the same name, so neither can be trusted. Please delete the cookies of this site and sign in again.',
        action: 'Sign in again',
      },
      'zh-CN': {
        title: '本网站的 Cookie 发生冲突',
        text: '您的浏览器发送了两个同名的 Cookie，因此两者都不可信。请删除本网站的 Cookie，然后重新登录。',
        action: '重新登录',
      },
    },
  },
  notAccepted: {
    status: 403,
    action: 'link',
    texts: {
      en: {
        title: 'This app did not accept your sign-in',
        text: 'You signed in, but this app refused the session twice. Trying again may help; otherwise please tell the people who run it.',
        action: 'Sign in again',
      },
      'zh-CN': {
        title: '此应用未接受您的登录',
        text: '您已登录，但此应用两次拒绝了会话。可以再试一次；如果仍然不行，请联系管理人员。',
        action: '重新登录',
      },
    },
  },
  tooWeak: {
    status: 403,
    action: 'link',
    texts: {
      en: {
        title: 'This page needs a stronger sign-in',
        text: 'You are signed in, but not in the way that this page asks for, such as with a one-time code. You can set that up where you sign in.',
        action: 'Try again',
      },
      'zh-CN': {
        title: '此页面需要更强的登录方式',
        text: '您已登录，但未使用此页面要求的方式，例如一次性验证码。您可以在登录服务中进行设置。',
        action: '重试',
      },
    },
  },
  confirmSignOut: {
    status: 200,
    action: 'sign_out',
    texts: {
      en: {
        title: 'Do you want to sign out?',
        text: 'You will be signed out of this app and of all others that you use with the same sign-in.',
        action: 'Sign out',
      },
      'zh-CN': {
        title: '要退出登录吗？',
        text: '您将退出此应用以及使用同一登录的所有其他应用。',
        action: '退出登录',
      },
    },
  },
  foreignSignOut: {
    status: 403,
    action: 'sign_out',
    texts: {
      en: {
        title: 'You are still signed in',
        text: 'Another site asked to sign you out. Only you can do that.',
        action: 'Sign out',
      },
      'zh-CN': {
        title: '您仍处于登录状态',
        text: '另一个网站请求让您退出登录。只有您自己可以这样做。',
        action: '退出登录',
      },
    },
  },
  signedOut: {
    status: 200,
    action: 'link',
    texts: {
      en: {
        title: 'You are signed out',
        text: 'You are signed out of this app and of all others that you used with the same sign-in.',
        action: 'Sign in again',
      },
      'zh-CN': {
        title: '您已退出登录',
        text: '您已退出此应用以及使用同一登录的所有其他应用。',
        action: '重新登录',
      },
    },
  },
  signedOutHere: {
    status: 200,
    action: 'link',
    texts: {
      en: {
        title: 'You are not signed in to this app',
        text: 'Other apps may still be open with your sign-in.',
        action: 'Sign in',
      },
      'zh-CN': {
        title: '您未登录此应用',
        text: '其他应用可能仍处于登录状态。',
        action: '登录',
      },
    },
  },
  signOutUnfinished: {
    status: 503,
    action: 'link',
    texts: {
      en: {
        title: 'You are signed out of this app only',
        text: 'The sign-in service does not answer, so other apps may still be open with your sign-in. Close the browser if others use this computer.',
        action: 'Sign in again',
      },
      'zh-CN': {
        title: '您仅退出了此应用',
        text: '登录服务没有响应，其他应用可能仍处于登录状态。如果他人也使用这台电脑，请关闭浏览器。',
        action: '重新登录',
      },
    },
  },
} as const satisfies Record<string, PageFact>

export type PageName = keyof typeof PAGES
