import { oidccBackchannelLogoutDiscoveryEndpointVerification } from './backchannel/oidcc-backchannel-logout-discovery-endpoint-verification.ts'
import { oidccBackchannelRpInitiatedLogout } from './backchannel/oidcc-backchannel-rp-initiated-logout.ts'
import { oidccAlternateHappyFlow } from './basic/oidcc-alternate-happy-flow.ts'
import { oidccClaimsEssential } from './basic/oidcc-claims-essential.ts'
import { oidccClaimsLocales } from './basic/oidcc-claims-locales.ts'
import { oidccCodereuse } from './basic/oidcc-codereuse.ts'
import { oidccCodereuse30seconds } from './basic/oidcc-codereuse-30seconds.ts'
import { oidccDisplayPage } from './basic/oidcc-display-page.ts'
import { oidccDisplayPopup } from './basic/oidcc-display-popup.ts'
import { oidccEnsurePostRequestSucceeds } from './basic/oidcc-ensure-post-request-succeeds.ts'
import { oidccEnsureRegisteredRedirectUri } from './basic/oidcc-ensure-registered-redirect-uri.ts'
import { oidccEnsureRequestObjectWithRedirectUri } from './basic/oidcc-ensure-request-object-with-redirect-uri.ts'
import { oidccEnsureRequestWithAcrValuesSucceeds } from './basic/oidcc-ensure-request-with-acr-values-succeeds.ts'
import { oidccEnsureRequestWithUnknownParameterSucceeds } from './basic/oidcc-ensure-request-with-unknown-parameter-succeeds.ts'
import { oidccEnsureRequestWithValidPkceSucceeds } from './basic/oidcc-ensure-request-with-valid-pkce-succeeds.ts'
import { oidccEnsureRequestWithoutNonceSucceedsForCodeFlow } from './basic/oidcc-ensure-request-without-nonce-succeeds-for-code-flow.ts'
import { oidccIdTokenHint } from './basic/oidcc-id-token-hint.ts'
import { oidccIdtokenSignature } from './basic/oidcc-idtoken-signature.ts'
import { oidccIdtokenUnsigned } from './basic/oidcc-idtoken-unsigned.ts'
import { oidccLoginHint } from './basic/oidcc-login-hint.ts'
import { oidccMaxAge1 } from './basic/oidcc-max-age-1.ts'
import { oidccMaxAge10000 } from './basic/oidcc-max-age-10000.ts'
import { oidccPromptLogin } from './basic/oidcc-prompt-login.ts'
import { oidccPromptNoneLoggedIn } from './basic/oidcc-prompt-none-logged-in.ts'
import { oidccPromptNoneNotLoggedIn } from './basic/oidcc-prompt-none-not-logged-in.ts'
import { oidccRefreshToken } from './basic/oidcc-refresh-token.ts'
import { oidccRequestUriUnsignedSupportedCorrectlyOrRejectedAsUnsupported } from './basic/oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported.ts'
import { oidccResponseTypeMissing } from './basic/oidcc-response-type-missing.ts'
import { oidccScopeAddress } from './basic/oidcc-scope-address.ts'
import { oidccScopeAll } from './basic/oidcc-scope-all.ts'
import { oidccScopeEmail } from './basic/oidcc-scope-email.ts'
import { oidccScopePhone } from './basic/oidcc-scope-phone.ts'
import { oidccScopeProfile } from './basic/oidcc-scope-profile.ts'
import { oidccServer } from './basic/oidcc-server.ts'
import { oidccServerClientSecretPost } from './basic/oidcc-server-client-secret-post.ts'
import { oidccUiLocales } from './basic/oidcc-ui-locales.ts'
import { oidccUnsignedRequestObjectSupportedCorrectlyOrRejectedAsUnsupported } from './basic/oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported.ts'
import { oidccUserinfoGet } from './basic/oidcc-userinfo-get.ts'
import { oidccUserinfoPostBody } from './basic/oidcc-userinfo-post-body.ts'
import { oidccUserinfoPostHeader } from './basic/oidcc-userinfo-post-header.ts'
import { oidccDiscoveryEndpointVerification } from './config/oidcc-discovery-endpoint-verification.ts'
import { fapi2AccessTokenTypeHeaderCaseSensitivity } from './fapi2/fapi2-security-profile-final-access-token-type-header-case-sensitivity.ts'
import { fapi2AttemptReuseAuthorizationCodeAfterOneSecond } from './fapi2/fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second.ts'
import { fapi2CheckDpopProofNbfExp } from './fapi2/fapi2-security-profile-final-check-dpop-proof-nbf-exp.ts'
import { fapi2DiscoveryEndPointVerification } from './fapi2/fapi2-security-profile-final-discovery-end-point-verification.ts'
import { fapi2DpopNegativeTests } from './fapi2/fapi2-security-profile-final-dpop-negative-tests.ts'
import { fapi2EnsureAuthorizationCodeIsBoundToClient } from './fapi2/fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client.ts'
import { fapi2EnsureAuthorizationRequestWith64CharNonceSuccess } from './fapi2/fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success.ts'
import { fapi2EnsureAuthorizationRequestWithLongNonce } from './fapi2/fapi2-security-profile-final-ensure-authorization-request-with-long-nonce.ts'
import { fapi2EnsureAuthorizationRequestWithLongState } from './fapi2/fapi2-security-profile-final-ensure-authorization-request-with-long-state.ts'
import { fapi2EnsureAuthorizationRequestWithoutNonceSuccess } from './fapi2/fapi2-security-profile-final-ensure-authorization-request-without-nonce-success.ts'
import { fapi2EnsureAuthorizationRequestWithoutStateSuccess } from './fapi2/fapi2-security-profile-final-ensure-authorization-request-without-state-success.ts'
import { fapi2EnsureClientAssertionInTokenEndpoint } from './fapi2/fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint.ts'
import { fapi2EnsureClientAssertionWithExpIs5MinutesInPastFails } from './fapi2/fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails.ts'
import { fapi2EnsureClientAssertionWithNoSubFails } from './fapi2/fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails.ts'
import { fapi2EnsureClientAssertionWithWrongAudFails } from './fapi2/fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails.ts'
import { fapi2EnsureClientIdInTokenEndpoint } from './fapi2/fapi2-security-profile-final-ensure-client-id-in-token-endpoint.ts'
import { fapi2EnsureDifferentNonceInsideAndOutsideRequestObject } from './fapi2/fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object.ts'
import { fapi2EnsureDifferentStateInsideAndOutsideRequestObject } from './fapi2/fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object.ts'
import { fapi2EnsureDpopAuthCodeBindingSuccess } from './fapi2/fapi2-security-profile-final-ensure-dpop-auth-code-binding-success.ts'
import { fapi2EnsureDpopproofAtParEndpointBindingSuccess } from './fapi2/fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success.ts'
import { fapi2EnsureDpopproofWithIat10secondsAfterSucceeds } from './fapi2/fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds.ts'
import { fapi2EnsureDpopproofWithIat10secondsBeforeSucceeds } from './fapi2/fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds.ts'
import { fapi2EnsureHolderOfKeyRequired } from './fapi2/fapi2-security-profile-final-ensure-holder-of-key-required.ts'
import { fapi2EnsureInvalidClientAssertionsFail } from './fapi2/fapi2-security-profile-final-ensure-invalid-client-assertions-fail.ts'
import { fapi2EnsureMismatchedDpopJktFails } from './fapi2/fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails.ts'
import { fapi2EnsureOtherScopeOrderSucceeds } from './fapi2/fapi2-security-profile-final-ensure-other-scope-order-succeeds.ts'
import { fapi2EnsurePkceCodeVerifierRequired } from './fapi2/fapi2-security-profile-final-ensure-pkce-code-verifier-required.ts'
import { fapi2EnsureRedirectUriInAuthorizationRequest } from './fapi2/fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request.ts'
import { fapi2EnsureRegisteredRedirectUri } from './fapi2/fapi2-security-profile-final-ensure-registered-redirect-uri.ts'
import { fapi2EnsureRequestObjectWithoutRedirectUriFails } from './fapi2/fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails.ts'
import { fapi2EnsureResponseTypeCodeIdtokenFails } from './fapi2/fapi2-security-profile-final-ensure-response-type-code-idtoken-fails.ts'
import { fapi2EnsureResponseTypeTokenFails } from './fapi2/fapi2-security-profile-final-ensure-response-type-token-fails.ts'
import { fapi2EnsureSignedClientAssertionWithRs256Fails } from './fapi2/fapi2-security-profile-final-ensure-signed-client-assertion-with-rs256-fails.ts'
import { fapi2EnsureTokenEndpointFailsWithExpiredAuthCode } from './fapi2/fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code.ts'
import { fapi2EnsureTokenEndpointFailsWithMismatchedDpopJkt } from './fapi2/fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt.ts'
import { fapi2EnsureTokenEndpointFailsWithMismatchedDpopProofJkt } from './fapi2/fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt.ts'
import { fapi2EnsureUnsignedAuthorizationRequestWithoutUsingParFails } from './fapi2/fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails.ts'
import { fapi2HappyFlow } from './fapi2/fapi2-security-profile-final-happy-flow.ts'
import { fapi2IncorrectPkceCodeVerifierRejected } from './fapi2/fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected.ts'
import { fapi2ParAttemptInvalidHttpMethod } from './fapi2/fapi2-security-profile-final-par-attempt-invalid-http-method.ts'
import { fapi2ParAttemptReuseRequestUri } from './fapi2/fapi2-security-profile-final-par-attempt-reuse-request-uri.ts'
import { fapi2ParAttemptToUseExpiredRequestUri } from './fapi2/fapi2-security-profile-final-par-attempt-to-use-expired-request-uri.ts'
import { fapi2ParAttemptToUseRequestUriForDifferentClient } from './fapi2/fapi2-security-profile-final-par-attempt-to-use-request-uri-for-different-client.ts'
import { fapi2ParAuthorizationRequestContainingRequestUriFormParam } from './fapi2/fapi2-security-profile-final-par-authorization-request-containing-request-uri-form-param.ts'
import { fapi2ParEnsureJwtClientAssertionsNbf8SecondsInTheFutureIsAccepted } from './fapi2/fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted.ts'
import { fapi2ParEnsureJwtClientAssertionsNbfOver60SecondsInTheFutureFails } from './fapi2/fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails.ts'
import { fapi2ParEnsurePkceRequired } from './fapi2/fapi2-security-profile-final-par-ensure-pkce-required.ts'
import { fapi2ParEnsureReusedRequestUriPriorToAuthCompletionSucceeds } from './fapi2/fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds.ts'
import { fapi2ParPlainPkceRejected } from './fapi2/fapi2-security-profile-final-par-plain-pkce-rejected.ts'
import { fapi2ParTestArrayAsAudienceFails } from './fapi2/fapi2-security-profile-final-par-test-array-as-audience-fails.ts'
import { fapi2ParTestParEndpointUrlAsAudienceFails } from './fapi2/fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails.ts'
import { fapi2ParTestTokenEndpointUrlAsAudienceFails } from './fapi2/fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails.ts'
import { fapi2ParWithoutDuplicateParameters } from './fapi2/fapi2-security-profile-final-par-without-duplicate-parameters.ts'
import { fapi2PlainFapiTolerateUnregisteredRedirectUri } from './fapi2/fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri.ts'
import { fapi2RefreshToken } from './fapi2/fapi2-security-profile-final-refresh-token.ts'
import { fapi2StateOnlyOutsideRequestObjectNotUsed } from './fapi2/fapi2-security-profile-final-state-only-outside-request-object-not-used.ts'
import { fapi2TestClaimsParameterIdentityClaims } from './fapi2/fapi2-security-profile-final-test-claims-parameter-identity-claims.ts'
import { fapi2UserRejectsAuthentication } from './fapi2/fapi2-security-profile-final-user-rejects-authentication.ts'
import type { Module } from './module.ts'
import { oidccRpInitiatedLogout } from './rp-logout/oidcc-rp-initiated-logout.ts'
import { oidccRpInitiatedLogoutBadIdTokenHint } from './rp-logout/oidcc-rp-initiated-logout-bad-id-token-hint.ts'
import { oidccRpInitiatedLogoutBadPostLogoutRedirectUri } from './rp-logout/oidcc-rp-initiated-logout-bad-post-logout-redirect-uri.ts'
import { oidccRpInitiatedLogoutDiscoveryEndpointVerification } from './rp-logout/oidcc-rp-initiated-logout-discovery-endpoint-verification.ts'
import { oidccRpInitiatedLogoutModifiedIdTokenHint } from './rp-logout/oidcc-rp-initiated-logout-modified-id-token-hint.ts'
import { oidccRpInitiatedLogoutNoIdTokenHint } from './rp-logout/oidcc-rp-initiated-logout-no-id-token-hint.ts'
import { oidccRpInitiatedLogoutNoParams } from './rp-logout/oidcc-rp-initiated-logout-no-params.ts'
import { oidccRpInitiatedLogoutNoPostLogoutRedirectUri } from './rp-logout/oidcc-rp-initiated-logout-no-post-logout-redirect-uri.ts'
import { oidccRpInitiatedLogoutNoState } from './rp-logout/oidcc-rp-initiated-logout-no-state.ts'
import { oidccRpInitiatedLogoutOnlyState } from './rp-logout/oidcc-rp-initiated-logout-only-state.ts'
import { oidccRpInitiatedLogoutQueryAddedToPostLogoutRedirectUri } from './rp-logout/oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri.ts'

/** Every module of the plans that concern Latchkey, in the order of the plans. */
export const MODULES: readonly Module[] = [
  oidccServer,
  oidccResponseTypeMissing,
  oidccIdtokenSignature,
  oidccIdtokenUnsigned,
  oidccUserinfoGet,
  oidccUserinfoPostHeader,
  oidccUserinfoPostBody,
  oidccEnsureRequestWithoutNonceSucceedsForCodeFlow,
  oidccScopeProfile,
  oidccScopeEmail,
  oidccScopeAddress,
  oidccScopePhone,
  oidccScopeAll,
  oidccAlternateHappyFlow,
  oidccDisplayPage,
  oidccDisplayPopup,
  oidccPromptLogin,
  oidccPromptNoneNotLoggedIn,
  oidccPromptNoneLoggedIn,
  oidccMaxAge1,
  oidccMaxAge10000,
  oidccEnsureRequestWithUnknownParameterSucceeds,
  oidccIdTokenHint,
  oidccLoginHint,
  oidccUiLocales,
  oidccClaimsLocales,
  oidccEnsureRequestWithAcrValuesSucceeds,
  oidccCodereuse,
  oidccCodereuse30seconds,
  oidccEnsureRegisteredRedirectUri,
  oidccEnsurePostRequestSucceeds,
  oidccServerClientSecretPost,
  oidccRequestUriUnsignedSupportedCorrectlyOrRejectedAsUnsupported,
  oidccUnsignedRequestObjectSupportedCorrectlyOrRejectedAsUnsupported,
  oidccClaimsEssential,
  oidccEnsureRequestObjectWithRedirectUri,
  oidccRefreshToken,
  oidccEnsureRequestWithValidPkceSucceeds,
  oidccDiscoveryEndpointVerification,
  oidccRpInitiatedLogoutDiscoveryEndpointVerification,
  oidccRpInitiatedLogout,
  oidccRpInitiatedLogoutBadPostLogoutRedirectUri,
  oidccRpInitiatedLogoutQueryAddedToPostLogoutRedirectUri,
  oidccRpInitiatedLogoutModifiedIdTokenHint,
  oidccRpInitiatedLogoutBadIdTokenHint,
  oidccRpInitiatedLogoutNoIdTokenHint,
  oidccRpInitiatedLogoutNoParams,
  oidccRpInitiatedLogoutNoPostLogoutRedirectUri,
  oidccRpInitiatedLogoutNoState,
  oidccRpInitiatedLogoutOnlyState,
  oidccBackchannelLogoutDiscoveryEndpointVerification,
  oidccBackchannelRpInitiatedLogout,
  fapi2DiscoveryEndPointVerification,
  fapi2HappyFlow,
  fapi2UserRejectsAuthentication,
  fapi2EnsureAuthorizationRequestWithoutStateSuccess,
  fapi2EnsureAuthorizationRequestWithoutNonceSuccess,
  fapi2EnsureAuthorizationRequestWith64CharNonceSuccess,
  fapi2EnsureOtherScopeOrderSucceeds,
  fapi2TestClaimsParameterIdentityClaims,
  fapi2AccessTokenTypeHeaderCaseSensitivity,
  fapi2CheckDpopProofNbfExp,
  fapi2EnsureDpopproofWithIat10secondsBeforeSucceeds,
  fapi2EnsureDpopproofWithIat10secondsAfterSucceeds,
  fapi2EnsureMismatchedDpopJktFails,
  fapi2EnsureTokenEndpointFailsWithMismatchedDpopProofJkt,
  fapi2EnsureTokenEndpointFailsWithMismatchedDpopJkt,
  fapi2EnsureDpopproofAtParEndpointBindingSuccess,
  fapi2EnsureDpopAuthCodeBindingSuccess,
  fapi2EnsureDifferentNonceInsideAndOutsideRequestObject,
  fapi2EnsureDifferentStateInsideAndOutsideRequestObject,
  fapi2EnsureAuthorizationRequestWithLongNonce,
  fapi2EnsureAuthorizationRequestWithLongState,
  fapi2StateOnlyOutsideRequestObjectNotUsed,
  fapi2EnsureRequestObjectWithoutRedirectUriFails,
  fapi2EnsureRegisteredRedirectUri,
  fapi2PlainFapiTolerateUnregisteredRedirectUri,
  fapi2EnsureUnsignedAuthorizationRequestWithoutUsingParFails,
  fapi2EnsureRedirectUriInAuthorizationRequest,
  fapi2EnsureResponseTypeCodeIdtokenFails,
  fapi2EnsureResponseTypeTokenFails,
  fapi2EnsureClientIdInTokenEndpoint,
  fapi2EnsureHolderOfKeyRequired,
  fapi2EnsureAuthorizationCodeIsBoundToClient,
  fapi2AttemptReuseAuthorizationCodeAfterOneSecond,
  fapi2EnsureTokenEndpointFailsWithExpiredAuthCode,
  fapi2EnsureSignedClientAssertionWithRs256Fails,
  fapi2EnsureClientAssertionInTokenEndpoint,
  fapi2EnsureClientAssertionWithExpIs5MinutesInPastFails,
  fapi2EnsureClientAssertionWithWrongAudFails,
  fapi2EnsureClientAssertionWithNoSubFails,
  fapi2EnsureInvalidClientAssertionsFail,
  fapi2DpopNegativeTests,
  fapi2RefreshToken,
  fapi2ParEnsureReusedRequestUriPriorToAuthCompletionSucceeds,
  fapi2ParAttemptReuseRequestUri,
  fapi2ParAttemptToUseExpiredRequestUri,
  fapi2ParAttemptToUseRequestUriForDifferentClient,
  fapi2ParAuthorizationRequestContainingRequestUriFormParam,
  fapi2ParAttemptInvalidHttpMethod,
  fapi2ParEnsureJwtClientAssertionsNbf8SecondsInTheFutureIsAccepted,
  fapi2ParEnsureJwtClientAssertionsNbfOver60SecondsInTheFutureFails,
  fapi2ParTestArrayAsAudienceFails,
  fapi2ParTestParEndpointUrlAsAudienceFails,
  fapi2ParTestTokenEndpointUrlAsAudienceFails,
  fapi2ParEnsurePkceRequired,
  fapi2EnsurePkceCodeVerifierRequired,
  fapi2IncorrectPkceCodeVerifierRejected,
  fapi2ParPlainPkceRejected,
  fapi2ParWithoutDuplicateParameters,
]
