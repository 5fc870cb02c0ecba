import type { Messages } from './en.ts'

/** Every text of the pages in simplified Chinese. */
export const ZH_CN: Messages = {
  skip: '跳到主要内容',
  signIn: '登录',
  signInTo: '以继续使用 {client}',
  username: '用户名',
  password: '密码',
  errorHeading: '尚未登录',
  errorRefused: '用户名或密码不正确，请重试。',
  errorBusy: '当前登录人数过多，请等待 {seconds} 秒后重试。',
  errorExpired: '此页面打开时间过长，请重新登录。',
  privacy: '只需在此登录一次，应用不会看到您的密码。',

  details: '供应用管理员参考的详细信息',
  detailCode: '代码',
  detailDescription: '说明',
  detailReference: '参考编号',
  errorClientTitle: '无法识别此应用',
  errorClientText: '将您带到这里的应用未在本登录服务注册。我们没有向它发送任何信息。',
  errorRedirectTitle: '返回应用的地址不安全',
  errorRedirectText: '该应用要求返回一个未注册的地址。为保护您的安全，我们不会跳转。',
  errorRequestTitle: '无法处理应用的请求',
  errorRequestText: '请返回应用重试。如果问题仍然存在，请将下方的详细信息告知应用管理员。',
  errorOriginTitle: '此表单来自其他地方',
  errorOriginText:
    '为了您的安全，该表单未被接受，也没有做任何更改。请重新打开应用，并从应用开始登录。',
  errorNotFoundTitle: '这里没有内容',
  errorNotFoundText: '请检查地址，或打开您的应用并从应用登录。',
  errorServerTitle: '出了点问题',
  errorServerText: '这不是您的问题，也没有做任何更改。请稍后重试。',

  unavailableTitle: '登录服务暂时不可用',
  unavailableText: '您的登录状态没有改变。请几秒钟后重试。',

  doneTitle: '此步骤已完成',
  doneText:
    '您已完成本次登录，或已在其他窗口中重新开始。请返回您的应用；如果应用要求登录，请从应用重新开始。',

  signOut: '退出登录',
  confirmTitle: '确定要退出登录吗？',
  confirmText: '在此设备上，您通过本次登录打开的所有应用都将退出。',
  confirmFrom: '{client} 请求您退出登录。',
  confirmAs: '当前登录用户：{user}。',
  staySignedIn: '保持登录',

  signedOutTitle: '您已退出登录',
  signedOutText: '您通过本次登录打开的所有应用均已退出。',
  signedOutShared: '如果使用的是公共设备，请同时关闭浏览器。',

  formPostTitle: '返回应用',
  formPostText: '正在返回 {place}。如果页面没有跳转，请点击下方按钮。',
  formPostButton: '继续',

  accountsTitle: '选择账号',
  accountsAnother: '使用其他账号',

  consentTitle: '授权访问',
  consentFrom: '{client} 请求您的授权。',
  consentAsks: '同意后，该应用将可以',
  consentIdentity: '在您登录时确认您的身份',
  consentService: '代表您使用 {service}，且不超出您自己的权限',
  consentAllow: '同意',
  consentDeny: '拒绝',
  consentNote: '完成后您将返回 {place}。',
  consentKept: '您可以随时在本服务的首页撤销授权。',
  consentPolicy: '应用如何使用您的数据',
  consentTerms: '使用条款',
  scopeProfile: '查看您的姓名和个人资料',
  scopeEmail: '查看您的电子邮箱地址',
  scopeAddress: '查看您的通信地址',
  scopePhone: '查看您的电话号码',

  appsTitle: '您已授权的应用',
  appsNothing: '仅确认您的身份',
  appsUse: '代表您使用 {service}',
  appsWithdraw: '撤销',
  appsWithdrawFrom: '撤销对 {client} 的授权',

  homeTitle: '您已登录',
  homeAs: '当前登录用户：{user}',
  homeText: '打开任意应用即可使用，无需再次输入密码。',
  homeOutTitle: '您尚未登录',
  homeOutText: '请打开您的应用并从应用登录，应用会将您带到这里，登录后再返回。',
}
