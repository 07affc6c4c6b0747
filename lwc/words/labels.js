// Every label of the panel under the name it has in the components: Phone_OnCall is labels.onCall.
import language from "@salesforce/label/c.Phone_Language";
import phone from "@salesforce/label/c.Phone_Phone";
import agentStatus from "@salesforce/label/c.Phone_AgentStatus";
import available from "@salesforce/label/c.Phone_Available";
import unavailable from "@salesforce/label/c.Phone_Unavailable";
import noPhone from "@salesforce/label/c.Phone_NoPhone";
import loggedOut from "@salesforce/label/c.Phone_LoggedOut";
import logOut from "@salesforce/label/c.Phone_LogOut";
import onCall from "@salesforce/label/c.Phone_OnCall";
import onCalls from "@salesforce/label/c.Phone_OnCalls";
import working from "@salesforce/label/c.Phone_Working";
import wrapUp from "@salesforce/label/c.Phone_WrapUp";
import afterwards from "@salesforce/label/c.Phone_Afterwards";
import newMenu from "@salesforce/label/c.Phone_NewMenu";
import newCall from "@salesforce/label/c.Phone_NewCall";
import connecting from "@salesforce/label/c.Phone_Connecting";
import waitingInSkills from "@salesforce/label/c.Phone_WaitingInSkills";
import longest from "@salesforce/label/c.Phone_Longest";
import nobodyWaits from "@salesforce/label/c.Phone_NobodyWaits";
import noSkills from "@salesforce/label/c.Phone_NoSkills";
import today from "@salesforce/label/c.Phone_Today";
import allContacts from "@salesforce/label/c.Phone_AllContacts";
import fewerContacts from "@salesforce/label/c.Phone_FewerContacts";
import nothingToday from "@salesforce/label/c.Phone_NothingToday";
import callBack from "@salesforce/label/c.Phone_CallBack";
import outcomeAnswered from "@salesforce/label/c.Phone_OutcomeAnswered";
import outcomeMissed from "@salesforce/label/c.Phone_OutcomeMissed";
import outcomeDeclined from "@salesforce/label/c.Phone_OutcomeDeclined";
import outcomeAbandoned from "@salesforce/label/c.Phone_OutcomeAbandoned";
import outcomeNoAnswer from "@salesforce/label/c.Phone_OutcomeNoAnswer";
import outcomeBusy from "@salesforce/label/c.Phone_OutcomeBusy";
import outcomeFailed from "@salesforce/label/c.Phone_OutcomeFailed";
import outcomeCancelled from "@salesforce/label/c.Phone_OutcomeCancelled";
import outcomeWrongNumber from "@salesforce/label/c.Phone_OutcomeWrongNumber";
import saving from "@salesforce/label/c.Phone_Saving";
import saved from "@salesforce/label/c.Phone_Saved";
import waitingShort from "@salesforce/label/c.Phone_WaitingShort";
import needsAttention from "@salesforce/label/c.Phone_NeedsAttention";
import incomingCall from "@salesforce/label/c.Phone_IncomingCall";
import waited from "@salesforce/label/c.Phone_Waited";
import waitedOnly from "@salesforce/label/c.Phone_WaitedOnly";
import answer from "@salesforce/label/c.Phone_Answer";
import decline from "@salesforce/label/c.Phone_Decline";
import ringing from "@salesforce/label/c.Phone_Ringing";
import dialling from "@salesforce/label/c.Phone_Dialling";
import connected from "@salesforce/label/c.Phone_Connected";
import onHold from "@salesforce/label/c.Phone_OnHold";
import callTime from "@salesforce/label/c.Phone_CallTime";
import recording from "@salesforce/label/c.Phone_Recording";
import rec from "@salesforce/label/c.Phone_Rec";
import masked from "@salesforce/label/c.Phone_Masked";
import openRecord from "@salesforce/label/c.Phone_OpenRecord";
import unknownCaller from "@salesforce/label/c.Phone_UnknownCaller";
import numberWithheld from "@salesforce/label/c.Phone_NumberWithheld";
import peopleMatch from "@salesforce/label/c.Phone_PeopleMatch";
import lookingUp from "@salesforce/label/c.Phone_LookingUp";
import callControls from "@salesforce/label/c.Phone_CallControls";
import hold from "@salesforce/label/c.Phone_Hold";
import resume from "@salesforce/label/c.Phone_Resume";
import mute from "@salesforce/label/c.Phone_Mute";
import unmute from "@salesforce/label/c.Phone_Unmute";
import keypad from "@salesforce/label/c.Phone_Keypad";
import record from "@salesforce/label/c.Phone_Record";
import stopRec from "@salesforce/label/c.Phone_StopRec";
import stopRecording from "@salesforce/label/c.Phone_StopRecording";
import mask from "@salesforce/label/c.Phone_Mask";
import unmask from "@salesforce/label/c.Phone_Unmask";
import end from "@salesforce/label/c.Phone_End";
import call from "@salesforce/label/c.Phone_Call";
import cancel from "@salesforce/label/c.Phone_Cancel";
import done from "@salesforce/label/c.Phone_Done";
import saveAgain from "@salesforce/label/c.Phone_SaveAgain";
import endsByItself from "@salesforce/label/c.Phone_EndsByItself";
import noTimeLimit from "@salesforce/label/c.Phone_NoTimeLimit";
import maskReminder from "@salesforce/label/c.Phone_MaskReminder";
import digitsGoTo from "@salesforce/label/c.Phone_DigitsGoTo";
import digitsSent from "@salesforce/label/c.Phone_DigitsSent";
import outboundCall from "@salesforce/label/c.Phone_OutboundCall";
import phoneNumber from "@salesforce/label/c.Phone_PhoneNumber";
import deleteDigit from "@salesforce/label/c.Phone_DeleteDigit";
import willDial from "@salesforce/label/c.Phone_WillDial";
import willDialIn from "@salesforce/label/c.Phone_WillDialIn";
import skill from "@salesforce/label/c.Phone_Skill";
import callerId from "@salesforce/label/c.Phone_CallerId";
import choose from "@salesforce/label/c.Phone_Choose";
import removeRecord from "@salesforce/label/c.Phone_RemoveRecord";
import showDetails from "@salesforce/label/c.Phone_ShowDetails";
import hideDetails from "@salesforce/label/c.Phone_HideDetails";
import name from "@salesforce/label/c.Phone_Name";
import relatedTo from "@salesforce/label/c.Phone_RelatedTo";
import disposition from "@salesforce/label/c.Phone_Disposition";
import required from "@salesforce/label/c.Phone_Required";
import tags from "@salesforce/label/c.Phone_Tags";
import comments from "@salesforce/label/c.Phone_Comments";
import countOf from "@salesforce/label/c.Phone_CountOf";
import noNameYet from "@salesforce/label/c.Phone_NoNameYet";
import draftSaved from "@salesforce/label/c.Phone_DraftSaved";
import draftSaving from "@salesforce/label/c.Phone_DraftSaving";
import draftKept from "@salesforce/label/c.Phone_DraftKept";
import search from "@salesforce/label/c.Phone_Search";
import searching from "@salesforce/label/c.Phone_Searching";
import nothingFound from "@salesforce/label/c.Phone_NothingFound";
import searchFailed from "@salesforce/label/c.Phone_SearchFailed";
import noOptions from "@salesforce/label/c.Phone_NoOptions";
import leadNoRelated from "@salesforce/label/c.Phone_LeadNoRelated";
import leadClears from "@salesforce/label/c.Phone_LeadClears";
import clearRelated from "@salesforce/label/c.Phone_ClearRelated";
import none from "@salesforce/label/c.Phone_None";
import whyMatched from "@salesforce/label/c.Phone_WhyMatched";
import whyMobile from "@salesforce/label/c.Phone_WhyMobile";
import whyOther from "@salesforce/label/c.Phone_WhyOther";
import whyActiveTab from "@salesforce/label/c.Phone_WhyActiveTab";
import whyOpenTab from "@salesforce/label/c.Phone_WhyOpenTab";
import whyDialled from "@salesforce/label/c.Phone_WhyDialled";
import whyLastCall from "@salesforce/label/c.Phone_WhyLastCall";
import whyAccountOf from "@salesforce/label/c.Phone_WhyAccountOf";
import matchPhone from "@salesforce/label/c.Phone_MatchPhone";
import matchMobile from "@salesforce/label/c.Phone_MatchMobile";
import matchOther from "@salesforce/label/c.Phone_MatchOther";
import typeAccount from "@salesforce/label/c.Phone_TypeAccount";
import typeCampaign from "@salesforce/label/c.Phone_TypeCampaign";
import typeCase from "@salesforce/label/c.Phone_TypeCase";
import typeContact from "@salesforce/label/c.Phone_TypeContact";
import typeLead from "@salesforce/label/c.Phone_TypeLead";
import typeOpportunity from "@salesforce/label/c.Phone_TypeOpportunity";
import nobodyHasNumber from "@salesforce/label/c.Phone_NobodyHasNumber";
import whoIsCalling from "@salesforce/label/c.Phone_WhoIsCalling";
import whoIsIt from "@salesforce/label/c.Phone_WhoIsIt";
import matchFailed from "@salesforce/label/c.Phone_MatchFailed";
import searchPeople from "@salesforce/label/c.Phone_SearchPeople";
import searchElse from "@salesforce/label/c.Phone_SearchElse";
import newContact from "@salesforce/label/c.Phone_NewContact";
import newLead from "@salesforce/label/c.Phone_NewLead";
import savingTo from "@salesforce/label/c.Phone_SavingTo";
import savedTo from "@salesforce/label/c.Phone_SavedTo";
import waitingNextTry from "@salesforce/label/c.Phone_WaitingNextTry";
import nextTryNow from "@salesforce/label/c.Phone_NextTryNow";
import attentionIs from "@salesforce/label/c.Phone_AttentionIs";
import openTask from "@salesforce/label/c.Phone_OpenTask";
import connectionLost from "@salesforce/label/c.Phone_ConnectionLost";
import connectionLostCall from "@salesforce/label/c.Phone_ConnectionLostCall";
import tryingAgainIn from "@salesforce/label/c.Phone_TryingAgainIn";
import tryingAgain from "@salesforce/label/c.Phone_TryingAgain";
import tryNow from "@salesforce/label/c.Phone_TryNow";
import tryAgain from "@salesforce/label/c.Phone_TryAgain";
import reload from "@salesforce/label/c.Phone_Reload";
import newVersion from "@salesforce/label/c.Phone_NewVersion";
import newVersionText from "@salesforce/label/c.Phone_NewVersionText";
import phoneLost from "@salesforce/label/c.Phone_PhoneLost";
import phoneLostText from "@salesforce/label/c.Phone_PhoneLostText";
import noHost from "@salesforce/label/c.Phone_NoHost";
import noHostText from "@salesforce/label/c.Phone_NoHostText";
import hostFailed from "@salesforce/label/c.Phone_HostFailed";
import hostFailedText from "@salesforce/label/c.Phone_HostFailedText";
import switchSilent from "@salesforce/label/c.Phone_SwitchSilent";
import switchSilentText from "@salesforce/label/c.Phone_SwitchSilentText";
import notMasked from "@salesforce/label/c.Phone_NotMasked";
import notMaskedText from "@salesforce/label/c.Phone_NotMaskedText";
import orderFailed from "@salesforce/label/c.Phone_OrderFailed";
import maskedTitle from "@salesforce/label/c.Phone_MaskedTitle";
import maskedText from "@salesforce/label/c.Phone_MaskedText";
import close from "@salesforce/label/c.Phone_Close";
import draftLost from "@salesforce/label/c.Phone_DraftLost";
import shortcuts from "@salesforce/label/c.Phone_Shortcuts";
import shortcutsNote from "@salesforce/label/c.Phone_ShortcutsNote";
import keyLeave from "@salesforce/label/c.Phone_KeyLeave";
import keyHold from "@salesforce/label/c.Phone_KeyHold";
import keyMute from "@salesforce/label/c.Phone_KeyMute";
import keyRecord from "@salesforce/label/c.Phone_KeyRecord";
import keyMask from "@salesforce/label/c.Phone_KeyMask";
import keyEsc from "@salesforce/label/c.Phone_KeyEsc";
import keyList from "@salesforce/label/c.Phone_KeyList";
import codeHeld from "@salesforce/label/c.Phone_CodeHeld";
import codeHeldTool from "@salesforce/label/c.Phone_CodeHeldTool";
import codeNoConnection from "@salesforce/label/c.Phone_CodeNoConnection";
import codeOffline from "@salesforce/label/c.Phone_CodeOffline";
import codeMasked from "@salesforce/label/c.Phone_CodeMasked";
import codePending from "@salesforce/label/c.Phone_CodePending";
import codeNotAnswered from "@salesforce/label/c.Phone_CodeNotAnswered";
import codePhoneRinging from "@salesforce/label/c.Phone_CodePhoneRinging";
import codeNotNow from "@salesforce/label/c.Phone_CodeNotNow";
import codeRecordingNever from "@salesforce/label/c.Phone_CodeRecordingNever";
import codeRecordingAlways from "@salesforce/label/c.Phone_CodeRecordingAlways";
import codeNotRecording from "@salesforce/label/c.Phone_CodeNotRecording";
import codeDisposition from "@salesforce/label/c.Phone_CodeDisposition";
import codeNothingToSave from "@salesforce/label/c.Phone_CodeNothingToSave";
import codeSwitchDown from "@salesforce/label/c.Phone_CodeSwitchDown";
import codeSwitchTimeout from "@salesforce/label/c.Phone_CodeSwitchTimeout";
import codeLiveCall from "@salesforce/label/c.Phone_CodeLiveCall";
import codeLiveContact from "@salesforce/label/c.Phone_CodeLiveContact";
import codeWrapUp from "@salesforce/label/c.Phone_CodeWrapUp";
import codeLoggedOut from "@salesforce/label/c.Phone_CodeLoggedOut";
import codeNoPhone from "@salesforce/label/c.Phone_CodeNoPhone";
import codeNoOutboundSkill from "@salesforce/label/c.Phone_CodeNoOutboundSkill";
import codeSkillNeeded from "@salesforce/label/c.Phone_CodeSkillNeeded";
import codeNumberNeeded from "@salesforce/label/c.Phone_CodeNumberNeeded";
import codeNumberInvalid from "@salesforce/label/c.Phone_CodeNumberInvalid";
import codeNumberShort from "@salesforce/label/c.Phone_CodeNumberShort";
import codeEmergency from "@salesforce/label/c.Phone_CodeEmergency";
import codeUnknownAgent from "@salesforce/label/c.Phone_CodeUnknownAgent";
import codePerson from "@salesforce/label/c.Phone_CodePerson";
import codeNoContact from "@salesforce/label/c.Phone_CodeNoContact";
import codeCrm from "@salesforce/label/c.Phone_CodeCrm";
import codeToken from "@salesforce/label/c.Phone_CodeToken";
import codeChoice from "@salesforce/label/c.Phone_CodeChoice";
import codeTooLong from "@salesforce/label/c.Phone_CodeTooLong";
import codeUnknown from "@salesforce/label/c.Phone_CodeUnknown";
import sayRinging from "@salesforce/label/c.Phone_SayRinging";
import sayConnected from "@salesforce/label/c.Phone_SayConnected";
import sayOnHold from "@salesforce/label/c.Phone_SayOnHold";
import sayResumed from "@salesforce/label/c.Phone_SayResumed";
import sayMasked from "@salesforce/label/c.Phone_SayMasked";
import sayUnmasked from "@salesforce/label/c.Phone_SayUnmasked";
import sayStillMasked from "@salesforce/label/c.Phone_SayStillMasked";
import sayMuted from "@salesforce/label/c.Phone_SayMuted";
import sayUnmuted from "@salesforce/label/c.Phone_SayUnmuted";
import sayEnded from "@salesforce/label/c.Phone_SayEnded";
import sayBack from "@salesforce/label/c.Phone_SayBack";

export const labels = {
  language,
  phone,
  agentStatus,
  available,
  unavailable,
  noPhone,
  loggedOut,
  logOut,
  onCall,
  onCalls,
  working,
  wrapUp,
  afterwards,
  newMenu,
  newCall,
  connecting,
  waitingInSkills,
  longest,
  nobodyWaits,
  noSkills,
  today,
  allContacts,
  fewerContacts,
  nothingToday,
  callBack,
  outcomeAnswered,
  outcomeMissed,
  outcomeDeclined,
  outcomeAbandoned,
  outcomeNoAnswer,
  outcomeBusy,
  outcomeFailed,
  outcomeCancelled,
  outcomeWrongNumber,
  saving,
  saved,
  waitingShort,
  needsAttention,
  incomingCall,
  waited,
  waitedOnly,
  answer,
  decline,
  ringing,
  dialling,
  connected,
  onHold,
  callTime,
  recording,
  rec,
  masked,
  openRecord,
  unknownCaller,
  numberWithheld,
  peopleMatch,
  lookingUp,
  callControls,
  hold,
  resume,
  mute,
  unmute,
  keypad,
  record,
  stopRec,
  stopRecording,
  mask,
  unmask,
  end,
  call,
  cancel,
  done,
  saveAgain,
  endsByItself,
  noTimeLimit,
  maskReminder,
  digitsGoTo,
  digitsSent,
  outboundCall,
  phoneNumber,
  deleteDigit,
  willDial,
  willDialIn,
  skill,
  callerId,
  choose,
  removeRecord,
  showDetails,
  hideDetails,
  name,
  relatedTo,
  disposition,
  required,
  tags,
  comments,
  countOf,
  noNameYet,
  draftSaved,
  draftSaving,
  draftKept,
  search,
  searching,
  nothingFound,
  searchFailed,
  noOptions,
  leadNoRelated,
  leadClears,
  clearRelated,
  none,
  whyMatched,
  whyMobile,
  whyOther,
  whyActiveTab,
  whyOpenTab,
  whyDialled,
  whyLastCall,
  whyAccountOf,
  matchPhone,
  matchMobile,
  matchOther,
  typeAccount,
  typeCampaign,
  typeCase,
  typeContact,
  typeLead,
  typeOpportunity,
  nobodyHasNumber,
  whoIsCalling,
  whoIsIt,
  matchFailed,
  searchPeople,
  searchElse,
  newContact,
  newLead,
  savingTo,
  savedTo,
  waitingNextTry,
  nextTryNow,
  attentionIs,
  openTask,
  connectionLost,
  connectionLostCall,
  tryingAgainIn,
  tryingAgain,
  tryNow,
  tryAgain,
  reload,
  newVersion,
  newVersionText,
  phoneLost,
  phoneLostText,
  noHost,
  noHostText,
  hostFailed,
  hostFailedText,
  switchSilent,
  switchSilentText,
  notMasked,
  notMaskedText,
  orderFailed,
  maskedTitle,
  maskedText,
  close,
  draftLost,
  shortcuts,
  shortcutsNote,
  keyLeave,
  keyHold,
  keyMute,
  keyRecord,
  keyMask,
  keyEsc,
  keyList,
  codeHeld,
  codeHeldTool,
  codeNoConnection,
  codeOffline,
  codeMasked,
  codePending,
  codeNotAnswered,
  codePhoneRinging,
  codeNotNow,
  codeRecordingNever,
  codeRecordingAlways,
  codeNotRecording,
  codeDisposition,
  codeNothingToSave,
  codeSwitchDown,
  codeSwitchTimeout,
  codeLiveCall,
  codeLiveContact,
  codeWrapUp,
  codeLoggedOut,
  codeNoPhone,
  codeNoOutboundSkill,
  codeSkillNeeded,
  codeNumberNeeded,
  codeNumberInvalid,
  codeNumberShort,
  codeEmergency,
  codeUnknownAgent,
  codePerson,
  codeNoContact,
  codeCrm,
  codeToken,
  codeChoice,
  codeTooLong,
  codeUnknown,
  sayRinging,
  sayConnected,
  sayOnHold,
  sayResumed,
  sayMasked,
  sayUnmasked,
  sayStillMasked,
  sayMuted,
  sayUnmuted,
  sayEnded,
  sayBack
};
