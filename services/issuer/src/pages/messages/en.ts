/** Every text of the pages in English. Names in braces are filled in. `zh-cn.ts` has the same keys; a test compares. */
export const EN = {
  skip: 'Skip to the content',
  signIn: 'Sign in',
  signInTo: 'to continue to {client}',
  username: 'User name',
  password: 'Password',
  errorHeading: 'You are not signed in yet',
  errorRefused: 'The user name or the password is wrong. Please try again.',
  errorBusy:
    'Too many people are signing in at this moment. Please wait {seconds} s and try again.',
  errorThrottled: 'There were too many wrong attempts. Please wait {minutes} min and try again.',
  errorExpired: 'This page was open for too long. Please sign in again.',
  privacy: 'You sign in once, here only. The app never sees your password.',

  codeTitle: 'Enter your code',
  codeText: 'Your authenticator app shows it. You are signing in as {user}.',
  codeLabel: 'Code, 6 digits',
  codeSend: 'Sign in',
  codeAgain: 'Start again',
  errorCode: 'This code is wrong, or was used before. Wait for the next one and enter it.',

  otpTitle: 'One-time code',
  otpIsOff: 'Your password alone opens your account.',
  otpIsOn: 'Your account asks for a code of your authenticator app after the password.',
  otpSetup: 'Set up a one-time code',
  otpChange: 'Switch it off, or change the device',
  otpSetupTitle: 'Set up a one-time code',
  otpSetupText:
    'From then on, your account asks for your password and for a code that an authenticator app shows. Scan the picture with the app.',
  otpQr: 'QR code for an authenticator app',
  otpOpen: 'Open the app on this device',
  otpByHand: 'Or enter this secret in the app:',
  otpOnTitle: 'Your one-time code is on',
  otpOnText:
    'To switch it off, enter the next code that your app shows. To change the device, switch it off and set it up again.',
  otpSwitchOn: 'Switch on',
  otpSwitchOff: 'Switch off',
  otpNote:
    'This signs you out everywhere but here. If you lose the device, those who run this service can switch the code off for you.',
  otpBack: 'Back',

  details: 'Details for those who run the app',
  detailCode: 'Code',
  detailDescription: 'Description',
  detailReference: 'Reference',
  errorClientTitle: 'This app is not known here',
  errorClientText:
    'The app that sent you here is not registered with this sign-in service. Nothing was sent to it.',
  errorRedirectTitle: 'The way back to the app is not safe',
  errorRedirectText:
    'The app wants you to return to an address that is not registered for it. To protect you, we do not follow it.',
  errorRequestTitle: 'The app asked for something impossible',
  errorRequestText:
    'Go back to the app and try again. If that does not help, give the details below to those who run it.',
  errorOriginTitle: 'This form came from somewhere else',
  errorOriginText:
    'For your safety it was not accepted, and nothing was changed. Open your app again and start from there.',
  errorNotFoundTitle: 'There is nothing here',
  errorNotFoundText: 'Check the address, or open your app and sign in from there.',
  errorServerTitle: 'Something went wrong',
  errorServerText: 'It is not your fault, and nothing was changed. Please try again in a moment.',

  unavailableTitle: 'Sign-in is not available right now',
  unavailableText: 'You are not signed out. Please try again in a few seconds.',

  doneTitle: 'This step is already done',
  doneText:
    'You have completed this sign-in before, or it was started again in another window. Go back to your app; if it asks you to sign in, start from there.',

  signOut: 'Sign out',
  confirmTitle: 'Do you want to sign out?',
  confirmText: 'This ends your session in every app that you opened with it, on this device.',
  confirmFrom: '{client} asks to sign you out.',
  confirmAs: 'You are signed in as {user}.',
  staySignedIn: 'Stay signed in',

  signedOutTitle: 'You are signed out',
  sessionEndedTitle: 'This account is signed out',
  signedOutText: 'Your session has ended.',
  signedOutApps: 'Your session has ended. The apps that you opened with it:',
  signedOutShared: 'On a shared device, close the browser as well.',
  signedOutOthers: 'This browser has other accounts signed in.',
  signedOutHome: 'Show them',
  signedOutAgain: 'Look again',
  signedOutContinue: 'Continue to the app',
  appSignedOut: 'Signed out',
  appEndsBy: 'Access will end by {time} UTC',
  appEnded: 'Access has ended',
  appUnreached: 'Could not be reached.',
  appUnconfirmed: 'Did not confirm it.',

  formPostTitle: 'Back to the app',
  formPostText: 'You are being sent back to {place}. If nothing happens, press the button.',
  formPostButton: 'Continue',

  accountsTitle: 'Choose an account',
  accountsAnother: 'Use another account',

  consentTitle: 'Allow access',
  consentFrom: '{client} asks for your permission.',
  consentAsks: 'If you allow it, the app will',
  consentIdentity: 'know that it is you when you sign in',
  consentService: 'use {service} for you, within what you may do there yourself',
  consentRoutes: 'use {service} for you, for nothing but this:',
  consentAllow: 'Allow',
  consentDeny: 'Do not allow',
  consentNote: 'Afterwards you go back to {place}.',
  consentKept: 'You can withdraw your permission at any time on the start page of this service.',
  consentPolicy: 'What the app does with your data',
  consentTerms: 'Terms of use',
  scopeProfile: 'see your name and what else is in your profile',
  scopeEmail: 'see your e-mail address',
  scopeAddress: 'see your postal address',
  scopePhone: 'see your telephone number',

  deviceTitle: 'Connect a device',
  deviceCode: 'The code that your device shows',
  deviceErrorHeading: 'That did not work',
  deviceWrong: 'This code is not good, or not any more. Compare it with your device.',
  deviceBlocked: 'Too many codes were tried. Please wait {minutes} min and try again.',
  deviceConfirmTitle: 'Is this your device?',
  deviceConfirmText: '{client} wants to be signed in on the device that shows this code:',
  deviceWarning:
    'Go on only if this device is in front of you and you began this there yourself. If somebody sent you the code, they want to get into your account.',
  deviceAllowedTitle: 'Your device is connected',
  deviceAllowedText: 'Go on at the device. You can close this page.',
  deviceDeniedTitle: 'The device was not connected',
  deviceDeniedText: 'It gets no access. You can close this page.',

  appsTitle: 'Apps with your permission',
  appsNothing: 'only know that it is you',
  appsUse: 'use {service} for you',
  appsWithdraw: 'Withdraw',
  appsWithdrawFrom: 'Withdraw the permission of {client}',

  homeTitle: 'You are signed in',
  homeAs: 'Signed in as {user}',
  homeText: 'Open any of your apps: none of them will ask for your password.',
  homeOthers: 'Also signed in in this browser',
  homeOutTitle: 'You are not signed in',
  homeOutText:
    'Open one of your apps and sign in from there. It will bring you here and back again.',
} as const

export type Messages = Readonly<Record<keyof typeof EN, string>>
