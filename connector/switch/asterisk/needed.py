"""The modules of Asterisk without which something of ours does not work, by what that is."""

from collections.abc import Mapping
from typing import Final

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "ARI": (
        *("res_http_websocket.so", "res_stasis.so", "app_stasis.so", "res_ari.so", "res_ari_model.so"),
        *("res_ari_applications.so", "res_ari_asterisk.so", "res_ari_events.so", "res_ari_endpoints.so"),
    ),
    "calls": (
        *("res_ari_channels.so", "res_ari_bridges.so", "res_stasis_answer.so", "chan_pjsip.so", "res_rtp_asterisk.so"),
        *("bridge_simple.so", "bridge_softmix.so", "res_pjsip_sdp_rtp.so", "res_pjsip_caller_id.so"),
    ),
    "which phones can be rung": ("res_pjsip_registrar.so", "res_ari_device_states.so", "res_stasis_device_state.so"),
    "music on hold": ("res_musiconhold.so",),
    "announcements to callers": ("res_ari_playbacks.so", "res_stasis_playback.so", "res_ari_sounds.so"),
    "recordings": (
        *("res_ari_recordings.so", "res_stasis_recording.so", "res_stasis_snoop.so", "format_wav.so"),
        "codec_resample.so",
    ),
    "digits": ("res_pjsip_dtmf_info.so",),
    "addresses of emergency calls": ("res_geolocation.so", "res_pjsip_geolocation.so"),
    "emergency numbers that are dialled on a phone": (
        *("pbx_config.so", "app_dial.so", "app_originate.so", "app_stack.so"),
        *("func_callerid.so", "func_channel.so", "func_cut.so", "func_logic.so", "func_sorcery.so", "func_strings.so"),
    ),
    "transfers by a phone's own key": ("res_pjsip_refer.so",),
}
