// Every label of the panel under the name it has in the components: Phone_OnCall is labels.onCall.
import language from "@salesforce/label/c.Phone_Language";
import phone from "@salesforce/label/c.Phone_Phone";
import agentStatus from "@salesforce/label/c.Phone_AgentStatus";
import available from "@salesforce/label/c.Phone_Available";
import unavailable from "@salesforce/label/c.Phone_Unavailable";
import noPhone from "@salesforce/label/c.Phone_NoPhone";
import loggedOut from "@salesforce/label/c.Phone_LoggedOut";
import logOut from "@salesforce/label/c.Phone_LogOut";
import keepLine from "@salesforce/label/c.Phone_KeepLine";
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
import whyLead from "@salesforce/label/c.Phone_WhyLead";
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
import savedWithout from "@salesforce/label/c.Phone_SavedWithout";
import waitingNextTry from "@salesforce/label/c.Phone_WaitingNextTry";
import nextTryNow from "@salesforce/label/c.Phone_NextTryNow";
import notSaved from "@salesforce/label/c.Phone_NotSaved";
import discardedBy from "@salesforce/label/c.Phone_DiscardedBy";
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
import storeDownText from "@salesforce/label/c.Phone_StoreDownText";
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
import codeLiftPhone from "@salesforce/label/c.Phone_CodeLiftPhone";
import codePhoneRinging from "@salesforce/label/c.Phone_CodePhoneRinging";
import codeNotNow from "@salesforce/label/c.Phone_CodeNotNow";
import codeRingsAgain from "@salesforce/label/c.Phone_CodeRingsAgain";
import codeAskFirst from "@salesforce/label/c.Phone_CodeAskFirst";
import codeRecordingNever from "@salesforce/label/c.Phone_CodeRecordingNever";
import codeRecordingAlways from "@salesforce/label/c.Phone_CodeRecordingAlways";
import codeNotRecording from "@salesforce/label/c.Phone_CodeNotRecording";
import codeDisposition from "@salesforce/label/c.Phone_CodeDisposition";
import codeNothingToSave from "@salesforce/label/c.Phone_CodeNothingToSave";
import codeStoreDown from "@salesforce/label/c.Phone_CodeStoreDown";
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
import codeNumberRefused from "@salesforce/label/c.Phone_CodeNumberRefused";
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
import transferConference from "@salesforce/label/c.Phone_TransferConference";
import agents from "@salesforce/label/c.Phone_Agents";
import skills from "@salesforce/label/c.Phone_Skills";
import addressBook from "@salesforce/label/c.Phone_AddressBook";
import merge from "@salesforce/label/c.Phone_Merge";
import transfer from "@salesforce/label/c.Phone_Transfer";
import abandon from "@salesforce/label/c.Phone_Abandon";
import leave from "@salesforce/label/c.Phone_Leave";
import drop from "@salesforce/label/c.Phone_Drop";
import swap from "@salesforce/label/c.Phone_Swap";
import finish from "@salesforce/label/c.Phone_Finish";
import giveBack from "@salesforce/label/c.Phone_GiveBack";
import accept from "@salesforce/label/c.Phone_Accept";
import extend from "@salesforce/label/c.Phone_Extend";
import inConference from "@salesforce/label/c.Phone_InConference";
import conference from "@salesforce/label/c.Phone_Conference";
import parties from "@salesforce/label/c.Phone_Parties";
import partiesWithout from "@salesforce/label/c.Phone_PartiesWithout";
import partiesList from "@salesforce/label/c.Phone_PartiesList";
import you from "@salesforce/label/c.Phone_You";
import customer from "@salesforce/label/c.Phone_Customer";
import agent from "@salesforce/label/c.Phone_Agent";
import consult from "@salesforce/label/c.Phone_Consult";
import skillQueued from "@salesforce/label/c.Phone_SkillQueued";
import queued from "@salesforce/label/c.Phone_Queued";
import answeredBy from "@salesforce/label/c.Phone_AnsweredBy";
import parked from "@salesforce/label/c.Phone_Parked";
import workItem from "@salesforce/label/c.Phone_WorkItem";
import email from "@salesforce/label/c.Phone_Email";
import callback from "@salesforce/label/c.Phone_Callback";
import attempt from "@salesforce/label/c.Phone_Attempt";
import asksYou from "@salesforce/label/c.Phone_AsksYou";
import consultRequest from "@salesforce/label/c.Phone_ConsultRequest";
import colleagueCalls from "@salesforce/label/c.Phone_ColleagueCalls";
import passedOn from "@salesforce/label/c.Phone_PassedOn";
import cameAlong from "@salesforce/label/c.Phone_CameAlong";
import openPage from "@salesforce/label/c.Phone_OpenPage";
import completeStep from "@salesforce/label/c.Phone_CompleteStep";
import openRecordShort from "@salesforce/label/c.Phone_OpenRecordShort";
import goesAlong from "@salesforce/label/c.Phone_GoesAlong";
import goesAlongNothing from "@salesforce/label/c.Phone_GoesAlongNothing";
import goesOnHold from "@salesforce/label/c.Phone_GoesOnHold";
import othersTalkOn from "@salesforce/label/c.Phone_OthersTalkOn";
import whenAnswers from "@salesforce/label/c.Phone_WhenAnswers";
import transferNow from "@salesforce/label/c.Phone_TransferNow";
import transferQueue from "@salesforce/label/c.Phone_TransferQueue";
import swapGoesBack from "@salesforce/label/c.Phone_SwapGoesBack";
import consultNotRecorded from "@salesforce/label/c.Phone_ConsultNotRecorded";
import notInConference from "@salesforce/label/c.Phone_NotInConference";
import controlsActOn from "@salesforce/label/c.Phone_ControlsActOn";
import emailComesBack from "@salesforce/label/c.Phone_EmailComesBack";
import swapTitle from "@salesforce/label/c.Phone_SwapTitle";
import mergeTitle from "@salesforce/label/c.Phone_MergeTitle";
import transferTitle from "@salesforce/label/c.Phone_TransferTitle";
import dropParty from "@salesforce/label/c.Phone_DropParty";
import dropSure from "@salesforce/label/c.Phone_DropSure";
import callName from "@salesforce/label/c.Phone_CallName";
import searchAgents from "@salesforce/label/c.Phone_SearchAgents";
import searchSkills from "@salesforce/label/c.Phone_SearchSkills";
import searchBook from "@salesforce/label/c.Phone_SearchBook";
import noAgents from "@salesforce/label/c.Phone_NoAgents";
import agentsFree from "@salesforce/label/c.Phone_AgentsFree";
import agentFree from "@salesforce/label/c.Phone_AgentFree";
import agentsBusy from "@salesforce/label/c.Phone_AgentsBusy";
import waiting from "@salesforce/label/c.Phone_Waiting";
import favourite from "@salesforce/label/c.Phone_Favourite";
import emptyBook from "@salesforce/label/c.Phone_EmptyBook";
import holdAndCall from "@salesforce/label/c.Phone_HoldAndCall";
import withSkill from "@salesforce/label/c.Phone_WithSkill";
import stillOnLine from "@salesforce/label/c.Phone_StillOnLine";
import emergencyNow from "@salesforce/label/c.Phone_EmergencyNow";
import emergencyTest from "@salesforce/label/c.Phone_EmergencyTest";
import emergencyCall from "@salesforce/label/c.Phone_EmergencyCall";
import callNow from "@salesforce/label/c.Phone_CallNow";
import verifiedLocal from "@salesforce/label/c.Phone_VerifiedLocal";
import nationalRoute from "@salesforce/label/c.Phone_NationalRoute";
import readBack from "@salesforce/label/c.Phone_ReadBack";
import readBackNone from "@salesforce/label/c.Phone_ReadBackNone";
import testWith933 from "@salesforce/label/c.Phone_TestWith933";
import addressSent from "@salesforce/label/c.Phone_AddressSent";
import addressNone from "@salesforce/label/c.Phone_AddressNone";
import alarmTitle from "@salesforce/label/c.Phone_AlarmTitle";
import alarmText from "@salesforce/label/c.Phone_AlarmText";
import alarmNoAddress from "@salesforce/label/c.Phone_AlarmNoAddress";
import whyFound from "@salesforce/label/c.Phone_WhyFound";
import sayConsult from "@salesforce/label/c.Phone_SayConsult";
import sayConsulting from "@salesforce/label/c.Phone_SayConsulting";
import sayConference from "@salesforce/label/c.Phone_SayConference";
import sayTwoAgain from "@salesforce/label/c.Phone_SayTwoAgain";
import sayTalkingTo from "@salesforce/label/c.Phone_SayTalkingTo";
import sayParked from "@salesforce/label/c.Phone_SayParked";
import sayUnparked from "@salesforce/label/c.Phone_SayUnparked";
import sayWorking from "@salesforce/label/c.Phone_SayWorking";
import sayOffered from "@salesforce/label/c.Phone_SayOffered";
import codeConsulting from "@salesforce/label/c.Phone_CodeConsulting";
import codeConference from "@salesforce/label/c.Phone_CodeConference";
import codeConsulted from "@salesforce/label/c.Phone_CodeConsulted";
import codeOtherCall from "@salesforce/label/c.Phone_CodeOtherCall";
import codeNoConsult from "@salesforce/label/c.Phone_CodeNoConsult";
import codeNotConnected from "@salesforce/label/c.Phone_CodeNotConnected";
import codeNoOtherCall from "@salesforce/label/c.Phone_CodeNoOtherCall";
import codeNoConference from "@salesforce/label/c.Phone_CodeNoConference";
import codeHoldFirst from "@salesforce/label/c.Phone_CodeHoldFirst";
import codeTwoCalls from "@salesforce/label/c.Phone_CodeTwoCalls";
import codeNoExtension from "@salesforce/label/c.Phone_CodeNoExtension";
import codeParked from "@salesforce/label/c.Phone_CodeParked";
import codeTooMany from "@salesforce/label/c.Phone_CodeTooMany";
import codeNotInvited from "@salesforce/label/c.Phone_CodeNotInvited";
import codeConsultBusy from "@salesforce/label/c.Phone_CodeConsultBusy";
import codeConsultNoAnswer from "@salesforce/label/c.Phone_CodeConsultNoAnswer";
import codeConsultDeclined from "@salesforce/label/c.Phone_CodeConsultDeclined";
import codeConsultFailed from "@salesforce/label/c.Phone_CodeConsultFailed";
import codeConsultHungUp from "@salesforce/label/c.Phone_CodeConsultHungUp";
import codeConsultWrong from "@salesforce/label/c.Phone_CodeConsultWrong";
import codeAgentBusy from "@salesforce/label/c.Phone_CodeAgentBusy";
import codeAgentOut from "@salesforce/label/c.Phone_CodeAgentOut";
import codeAgentNoPhone from "@salesforce/label/c.Phone_CodeAgentNoPhone";
import codeNoRoute from "@salesforce/label/c.Phone_CodeNoRoute";
import codeNotEmergency from "@salesforce/label/c.Phone_CodeNotEmergency";
import codeEmergencyRec from "@salesforce/label/c.Phone_CodeEmergencyRec";
import stillOnHold from "@salesforce/label/c.Phone_StillOnHold";
import noPanel from "@salesforce/label/c.Phone_NoPanel";
import declinedCall from "@salesforce/label/c.Phone_DeclinedCall";
import missedCall from "@salesforce/label/c.Phone_MissedCall";
import createOpen from "@salesforce/label/c.Phone_CreateOpen";
import createText from "@salesforce/label/c.Phone_CreateText";
import createTextNone from "@salesforce/label/c.Phone_CreateTextNone";
import openAgain from "@salesforce/label/c.Phone_OpenAgain";
import sayIsName from "@salesforce/label/c.Phone_SayIsName";
import outcomeCompleted from "@salesforce/label/c.Phone_OutcomeCompleted";
import conversation from "@salesforce/label/c.Phone_Conversation";
import machineShort from "@salesforce/label/c.Phone_MachineShort";
import machineText from "@salesforce/label/c.Phone_MachineText";
import live from "@salesforce/label/c.Phone_Live";
import paused from "@salesforce/label/c.Phone_Paused";
import interrupted from "@salesforce/label/c.Phone_Interrupted";
import transcriptFailed from "@salesforce/label/c.Phone_TranscriptFailed";
import notWritten from "@salesforce/label/c.Phone_NotWritten";
import transcriptRefused from "@salesforce/label/c.Phone_TranscriptRefused";
import yourself from "@salesforce/label/c.Phone_Yourself";
import speaking from "@salesforce/label/c.Phone_Speaking";
import newest from "@salesforce/label/c.Phone_Newest";
import searchConversation from "@salesforce/label/c.Phone_SearchConversation";
import found from "@salesforce/label/c.Phone_Found";
import copyLine from "@salesforce/label/c.Phone_CopyLine";
import copyNumber from "@salesforce/label/c.Phone_CopyNumber";
import copied from "@salesforce/label/c.Phone_Copied";
import copyFailed from "@salesforce/label/c.Phone_CopyFailed";
import holdSince from "@salesforce/label/c.Phone_HoldSince";
import maskSince from "@salesforce/label/c.Phone_MaskSince";
import nothingSaid from "@salesforce/label/c.Phone_NothingSaid";
import noConversation from "@salesforce/label/c.Phone_NoConversation";
import earlierGone from "@salesforce/label/c.Phone_EarlierGone";
import readNew from "@salesforce/label/c.Phone_ReadNew";
import nothingNew from "@salesforce/label/c.Phone_NothingNew";
import supervisor from "@salesforce/label/c.Phone_Supervisor";
import nothingAttention from "@salesforce/label/c.Phone_NothingAttention";
import attentionCount from "@salesforce/label/c.Phone_AttentionCount";
import oldestShown from "@salesforce/label/c.Phone_OldestShown";
import retryAll from "@salesforce/label/c.Phone_RetryAll";
import discard from "@salesforce/label/c.Phone_Discard";
import discardWhy from "@salesforce/label/c.Phone_DiscardWhy";
import discardText from "@salesforce/label/c.Phone_DiscardText";
import inDoubt from "@salesforce/label/c.Phone_InDoubt";
import queues from "@salesforce/label/c.Phone_Queues";
import nobodyIn from "@salesforce/label/c.Phone_NobodyIn";
import othersOut from "@salesforce/label/c.Phone_OthersOut";
import tasksWaiting from "@salesforce/label/c.Phone_TasksWaiting";
import oldestWaits from "@salesforce/label/c.Phone_OldestWaits";
import apiRequests from "@salesforce/label/c.Phone_ApiRequests";
import apiOf from "@salesforce/label/c.Phone_ApiOf";
import notToldYet from "@salesforce/label/c.Phone_NotToldYet";
import lastBatch from "@salesforce/label/c.Phone_LastBatch";
import nextWrite from "@salesforce/label/c.Phone_NextWrite";
import atOnce from "@salesforce/label/c.Phone_AtOnce";
import budgetReserve from "@salesforce/label/c.Phone_BudgetReserve";
import budgetLast from "@salesforce/label/c.Phone_BudgetLast";
import proof from "@salesforce/label/c.Phone_Proof";
import proofOf from "@salesforce/label/c.Phone_ProofOf";
import proofUnproven from "@salesforce/label/c.Phone_ProofUnproven";
import mendTask from "@salesforce/label/c.Phone_MendTask";
import fieldsAsking from "@salesforce/label/c.Phone_FieldsAsking";
import fieldsFailed from "@salesforce/label/c.Phone_FieldsFailed";
import fieldUpTo from "@salesforce/label/c.Phone_FieldUpTo";
import fieldWhole from "@salesforce/label/c.Phone_FieldWhole";
import fieldNumber from "@salesforce/label/c.Phone_FieldNumber";
import fieldId from "@salesforce/label/c.Phone_FieldId";
import fieldClosed from "@salesforce/label/c.Phone_FieldClosed";
import codeValueWrong from "@salesforce/label/c.Phone_CodeValueWrong";
import codeValueLong from "@salesforce/label/c.Phone_CodeValueLong";
import codeFieldUnknown from "@salesforce/label/c.Phone_CodeFieldUnknown";
import sayMended from "@salesforce/label/c.Phone_SayMended";

export const labels = {
  language,
  phone,
  agentStatus,
  available,
  unavailable,
  noPhone,
  loggedOut,
  logOut,
  keepLine,
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
  whyLead,
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
  savedWithout,
  waitingNextTry,
  nextTryNow,
  notSaved,
  discardedBy,
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
  storeDownText,
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
  codeLiftPhone,
  codePhoneRinging,
  codeNotNow,
  codeRingsAgain,
  codeAskFirst,
  codeRecordingNever,
  codeRecordingAlways,
  codeNotRecording,
  codeDisposition,
  codeNothingToSave,
  codeStoreDown,
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
  codeNumberRefused,
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
  sayBack,
  transferConference,
  agents,
  skills,
  addressBook,
  merge,
  transfer,
  abandon,
  leave,
  drop,
  swap,
  finish,
  giveBack,
  accept,
  extend,
  inConference,
  conference,
  parties,
  partiesWithout,
  partiesList,
  you,
  customer,
  agent,
  consult,
  skillQueued,
  queued,
  answeredBy,
  parked,
  workItem,
  email,
  callback,
  attempt,
  asksYou,
  consultRequest,
  colleagueCalls,
  passedOn,
  cameAlong,
  openPage,
  completeStep,
  openRecordShort,
  goesAlong,
  goesAlongNothing,
  goesOnHold,
  othersTalkOn,
  whenAnswers,
  transferNow,
  transferQueue,
  swapGoesBack,
  consultNotRecorded,
  notInConference,
  controlsActOn,
  emailComesBack,
  swapTitle,
  mergeTitle,
  transferTitle,
  dropParty,
  dropSure,
  callName,
  searchAgents,
  searchSkills,
  searchBook,
  noAgents,
  agentsFree,
  agentFree,
  agentsBusy,
  waiting,
  favourite,
  emptyBook,
  holdAndCall,
  withSkill,
  stillOnLine,
  emergencyNow,
  emergencyTest,
  emergencyCall,
  callNow,
  verifiedLocal,
  nationalRoute,
  readBack,
  readBackNone,
  testWith933,
  addressSent,
  addressNone,
  alarmTitle,
  alarmText,
  alarmNoAddress,
  whyFound,
  sayConsult,
  sayConsulting,
  sayConference,
  sayTwoAgain,
  sayTalkingTo,
  sayParked,
  sayUnparked,
  sayWorking,
  sayOffered,
  codeConsulting,
  codeConference,
  codeConsulted,
  codeOtherCall,
  codeNoConsult,
  codeNotConnected,
  codeNoOtherCall,
  codeNoConference,
  codeHoldFirst,
  codeTwoCalls,
  codeNoExtension,
  codeParked,
  codeTooMany,
  codeNotInvited,
  codeConsultBusy,
  codeConsultNoAnswer,
  codeConsultDeclined,
  codeConsultFailed,
  codeConsultHungUp,
  codeConsultWrong,
  codeAgentBusy,
  codeAgentOut,
  codeAgentNoPhone,
  codeNoRoute,
  codeNotEmergency,
  codeEmergencyRec,
  stillOnHold,
  noPanel,
  declinedCall,
  missedCall,
  createOpen,
  createText,
  createTextNone,
  openAgain,
  sayIsName,
  outcomeCompleted,
  conversation,
  machineShort,
  machineText,
  live,
  paused,
  interrupted,
  transcriptFailed,
  notWritten,
  transcriptRefused,
  yourself,
  speaking,
  newest,
  searchConversation,
  found,
  copyLine,
  copyNumber,
  copied,
  copyFailed,
  holdSince,
  maskSince,
  nothingSaid,
  noConversation,
  earlierGone,
  readNew,
  nothingNew,
  supervisor,
  nothingAttention,
  attentionCount,
  oldestShown,
  retryAll,
  discard,
  discardWhy,
  discardText,
  inDoubt,
  queues,
  nobodyIn,
  othersOut,
  tasksWaiting,
  oldestWaits,
  apiRequests,
  apiOf,
  notToldYet,
  lastBatch,
  nextWrite,
  atOnce,
  budgetReserve,
  budgetLast,
  proof,
  proofOf,
  proofUnproven,
  mendTask,
  fieldsAsking,
  fieldsFailed,
  fieldUpTo,
  fieldWhole,
  fieldNumber,
  fieldId,
  fieldClosed,
  codeValueWrong,
  codeValueLong,
  codeFieldUnknown,
  sayMended
};
